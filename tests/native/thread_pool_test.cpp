// Every job runs exactly once, in rounds of any size, from the very first call on; clean under ThreadSanitizer.
#include "mixminus/rt/thread_pool.hpp"

#include <sys/wait.h>
#include <unistd.h>

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

// A child has none of the threads, so it must neither wait for them nor join them.
static bool survives_a_fork() {
  mixminus::rt::ThreadPool pool;
  if (pool.configure(4) != mixminus::Status::ok) return false;
  const pid_t child = fork();
  if (child == 0) {
    alarm(10);
    std::vector<int> runs(100, 0);
    auto job = [&](std::size_t index) noexcept { ++runs[index]; };
    pool.run(runs.size(), job);
    pool.~ThreadPool();
    _exit(std::all_of(runs.begin(), runs.end(), [](int n) { return n == 1; }) ? 0 : 1);
  }
  int status = 0;
  return child > 0 && waitpid(child, &status, 0) == child && status == 0;
}

int main() {
  using mixminus::Status;
  mixminus::rt::ThreadPool pool;
  if (pool.configure(0) != Status::out_of_range || pool.configure(65) != Status::out_of_range) return 1;
  for (const int threads : {1, 2, 3, 8})
    if (!runs_each_job_once(threads)) return std::printf("failed with %d threads\n", threads), 1;
  return survives_a_fork() ? 0 : 1;
}
