// The claim board: see the header for why a late worker can do no harm.
#include "mixminus/rt/thread_pool.hpp"

#include <unistd.h>

#include <new>
#include <system_error>
#include <utility>

namespace mixminus::rt {
namespace {

constexpr std::uint32_t kStop = 0xFFFF'FFFF;
constexpr int kSpins = 2000;  // some microseconds: shorter than a futex round trip

constexpr std::uint64_t board(std::uint32_t round, std::size_t count) noexcept {
  return std::uint64_t{round} << 32 | std::uint64_t{count} << 16;
}
constexpr std::size_t jobs_of(std::uint64_t board) noexcept { return board >> 16 & 0xFFFF; }
constexpr std::size_t next_of(std::uint64_t board) noexcept { return board & 0xFFFF; }

void relax() noexcept {
#if defined(__x86_64__)
  __builtin_ia32_pause();
#elif defined(__aarch64__)
  asm volatile("yield");
#endif
}

}  // namespace

ThreadPool::~ThreadPool() { stop(); }

Status ThreadPool::configure(std::int32_t threads) noexcept {
  if (threads < 1 || threads > kMaxThreads) return Status::out_of_range;
  stop();
  process_ = getpid();
  try {
    workers_.reserve(static_cast<std::size_t>(threads) - 1);
    while (this->threads() < threads) workers_.emplace_back([this] { work(); });
  } catch (const std::bad_alloc&) {
    stop();
    return Status::capacity_reached;
  } catch (const std::system_error&) {
    stop();
    return Status::capacity_reached;
  }
  return Status::ok;
}

void ThreadPool::stop() noexcept {
  if (workers_.empty()) return;
  if (process_ != getpid()) {  // after a fork they are the parent's: no thread to join, none may be destroyed unjoined
    (void)new (std::nothrow) std::vector<std::thread>(std::move(workers_));
    workers_.clear();
    return;
  }
  round_.store(kStop, std::memory_order_release);
  round_.notify_all();
  for (std::thread& worker : workers_) worker.join();
  workers_.clear();
  round_.store(0, std::memory_order_release);
}

void ThreadPool::run_erased(std::size_t count, Call call, void* context) noexcept {
  if (workers_.empty() || count < 2) {
    for (std::size_t i = 0; i < count; ++i) call(context, i);
    return;
  }
  call_ = call;
  context_ = context;
  done_.store(0, std::memory_order_relaxed);
  const std::uint32_t round = (round_.load(std::memory_order_relaxed) + 1) & 0x7FFF'FFFF;
  board_.store(board(round, count), std::memory_order_release);
  round_.store(round, std::memory_order_release);
  round_.notify_all();
  claim_all();
  for (int spin = 0; spin < kSpins && done_.load(std::memory_order_acquire) != count; ++spin) relax();
  for (std::uint32_t done = done_.load(std::memory_order_acquire); done != count;
       done = done_.load(std::memory_order_acquire))
    done_.wait(done, std::memory_order_acquire);
}

void ThreadPool::claim_all() noexcept {
  std::uint64_t seen = board_.load(std::memory_order_acquire);
  while (next_of(seen) < jobs_of(seen)) {
    if (!board_.compare_exchange_weak(seen, seen + 1, std::memory_order_acq_rel, std::memory_order_acquire)) continue;
    const std::size_t count = jobs_of(seen);
    call_(context_, next_of(seen));
    if (done_.fetch_add(1, std::memory_order_acq_rel) + 1 == count) done_.notify_all();
    seen = board_.load(std::memory_order_acquire);
  }
}

void ThreadPool::work() noexcept {
  std::uint32_t seen = 0;
  for (;;) {
    round_.wait(seen, std::memory_order_acquire);
    seen = round_.load(std::memory_order_acquire);
    if (seen == kStop) return;
    claim_all();
  }
}

}  // namespace mixminus::rt
