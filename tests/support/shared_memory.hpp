#pragma once

#include "edge/core/error.hpp"

#include <sys/mman.h>

#include <new>

namespace edge::test {

/// Memory that a forked child shares with its parent.
template <class Value>
class Shared {
public:
    Shared()
        : place_(::mmap(nullptr, sizeof(Value), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0)),
          value_(place_ == MAP_FAILED ? throw Error(ErrorCode::internal, "cannot share memory") : new (place_) Value) {}
    Shared(const Shared&) = delete;
    Shared& operator=(const Shared&) = delete;
    ~Shared() { ::munmap(place_, sizeof(Value)); }
    Value& operator*() const noexcept { return *value_; }

private:
    void* place_;
    Value* value_;
};

}  // namespace edge::test
