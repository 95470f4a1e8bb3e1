// Every job runs exactly once, in rounds of any size, from the very first call on; clean under ThreadSanitizer.
#include "mixminus/rt/thread_pool.hpp"

#include <algorithm>
#include <cstdio>
#include <vector>

static bool runs_each_job_once(int threads) {
  mixminus::rt::ThreadPool pool;
  if (pool.configure(threads) != mixminus::Status::ok || pool.threads() != threads) return false;
  for (std::size_t round = 0; round < 2000; ++round) {
    const std::size_t count = round % 23;
    std::vector<int> runs(count, 0);  // not atomic: a job that ran twice would race
    auto job = [&](std::size_t index) noexcept { ++runs[index]; };
    pool.run(count, job);
    if (!std::all_of(runs.begin(), runs.end(), [](int n) { return n == 1; })) return false;
  }
  return true;
}

int main() {
  using mixminus::Status;
  mixminus::rt::ThreadPool pool;
  if (pool.configure(0) != Status::out_of_range || pool.configure(65) != Status::out_of_range) return 1;
  for (const int threads : {1, 2, 3, 8})
    if (!runs_each_job_once(threads)) return std::printf("failed with %d threads\n", threads), 1;
  return 0;
}
