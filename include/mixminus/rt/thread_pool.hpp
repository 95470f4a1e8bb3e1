// ThreadPool: runs the independent jobs of one tick on a few threads, without a lock.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <thread>
#include <vector>

#include "mixminus/base/export.hpp"
#include "mixminus/base/status.hpp"

namespace mixminus::rt {

inline constexpr std::int32_t kMaxThreads = 64;
inline constexpr std::size_t kMaxJobs = 0xFFFF;

/// Jobs are claimed one by one from a counter, so any thread may run any of them; a result is the same
/// for any number of threads as long as the jobs touch different memory. The caller works too and does
/// not wait for a worker that has not woken up. Waiting is std::atomic's (a futex on Linux).
/// In the child of a fork() the caller works alone.
class MIXMINUS_API ThreadPool {
 public:
  ThreadPool() noexcept = default;
  ~ThreadPool();
  ThreadPool(const ThreadPool&) = delete;
  ThreadPool& operator=(const ThreadPool&) = delete;

  /// Starts `threads` - 1 workers in the place of those before; `threads` is 1..kMaxThreads.
  Status configure(std::int32_t threads) noexcept;

  /// Calls job(0) ... job(count - 1), each once, and returns when all have returned. count <= kMaxJobs.
  template <typename Job>
  void run(std::size_t count, Job& job) noexcept {
    run_erased(count, [](void* context, std::size_t index) noexcept { (*static_cast<Job*>(context))(index); }, &job);
  }

  [[nodiscard]] std::int32_t threads() const noexcept { return static_cast<std::int32_t>(workers_.size()) + 1; }

 private:
  using Call = void (*)(void* context, std::size_t index) noexcept;

  void run_erased(std::size_t count, Call call, void* context) noexcept;
  void work() noexcept;
  void claim_all() noexcept;
  void stop() noexcept;

  // Round (32 bit), jobs of the round (16), next job (16) in one word: a thread that comes late finds
  // either a job of the round it read, or none.
  std::atomic<std::uint64_t> board_{0};
  std::atomic<std::uint32_t> round_{0};  ///< what workers sleep on; kStop ends them
  std::atomic<std::uint32_t> done_{0};
  Call call_ = nullptr;
  void* context_ = nullptr;
  std::vector<std::thread> workers_;
  int process_ = 0;  ///< that started them
};

}  // namespace mixminus::rt
