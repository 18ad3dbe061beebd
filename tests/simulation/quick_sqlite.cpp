#include "simulation/quick_sqlite.hpp"

#include <sqlite3.h>
#include <sys/mman.h>

#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <new>

namespace edge::simulation {
namespace {

/// What stands before each block; as large as the alignment that SQLite expects, twice.
struct alignas(16) Header {
    std::size_t size_class;
    std::size_t bytes;
};
struct FreeBlock {
    FreeBlock* next;
};

constexpr std::size_t small_step = 16;
constexpr std::size_t small_classes = 64;  // up to 1 KiB in steps of 16 bytes, above that powers of two
constexpr std::size_t classes = small_classes + 12;
constexpr std::size_t most_pooled = small_step * small_classes << 12U;
constexpr std::size_t huge_page = std::size_t{1} << 21U;
constexpr std::size_t chunk_bytes = 8 * huge_page;

std::size_t class_of(std::size_t bytes) {
    if (bytes <= small_step * small_classes) return (bytes + small_step - 1) / small_step - (bytes > 0 ? 1 : 0);
    return small_classes + static_cast<std::size_t>(std::bit_width((bytes - 1) / (small_step * small_classes))) - 1;
}
std::size_t bytes_of(std::size_t size_class) {
    if (size_class < small_classes) return (size_class + 1) * small_step;
    return small_step * small_classes << (size_class - small_classes + 1);
}

/// Blocks that were given back wait in lists by size; chunks go back with the process.
class Pool {
public:
    void* take(std::size_t bytes) {
        if (bytes > most_pooled) return header_for(std::malloc(sizeof(Header) + bytes), classes, bytes);
        const std::size_t of = class_of(bytes);
        if (FreeBlock* block = free_.at(of); block != nullptr) {
            free_.at(of) = block->next;
            return block;
        }
        return header_for(carve(sizeof(Header) + bytes_of(of)), of, bytes_of(of));
    }
    void give_back(void* block) {
        const Header& header = header_of(block);
        if (header.size_class == classes) return std::free(&header_of(block));
        auto* freed = static_cast<FreeBlock*>(block);
        freed->next = free_.at(header.size_class);
        free_.at(header.size_class) = freed;
    }
    void begin_afresh() {
        free_ = {};
        left_ = 0;
    }
    static Header& header_of(void* block) { return *(static_cast<Header*>(block) - 1); }

private:
    static void* header_for(void* memory, std::size_t size_class, std::size_t bytes) {
        if (memory == nullptr) return nullptr;
        auto* header = static_cast<Header*>(memory);
        *header = {.size_class = size_class, .bytes = bytes};
        return header + 1;
    }
    static std::byte* huge_pages() {
        void* const memory = ::mmap(nullptr, chunk_bytes + huge_page, PROT_READ | PROT_WRITE,
                                    MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
        if (memory == MAP_FAILED) return nullptr;
        const std::size_t past_boundary = reinterpret_cast<std::uintptr_t>(memory) % huge_page;
        auto* const chunk = static_cast<std::byte*>(memory) + (huge_page - past_boundary) % huge_page;
        ::madvise(chunk, chunk_bytes, MADV_HUGEPAGE);
        return chunk;
    }
    void* carve(std::size_t bytes) {
        if (bytes > chunk_bytes / 4) return std::malloc(bytes);
        if (left_ < bytes) {
            next_ = huge_pages();
            left_ = next_ == nullptr ? 0 : chunk_bytes;
        }
        if (left_ < bytes) return nullptr;
        std::byte* block = next_;
        next_ += bytes;
        left_ -= bytes;
        return block;
    }

    std::array<FreeBlock*, classes> free_{};
    std::byte* next_ = nullptr;
    std::size_t left_ = 0;
};

Pool& pool() {
    static Pool the_pool;
    return the_pool;
}

void* reallocate(void* block, int wanted) {
    if (static_cast<std::size_t>(wanted) <= Pool::header_of(block).bytes) return block;
    void* larger = pool().take(static_cast<std::size_t>(wanted));
    if (larger == nullptr) return nullptr;
    std::memcpy(larger, block, Pool::header_of(block).bytes);
    pool().give_back(block);
    return larger;
}

}  // namespace

bool quicken_sqlite() {
    const sqlite3_mem_methods methods{
        .xMalloc = [](int bytes) { return pool().take(static_cast<std::size_t>(bytes)); },
        .xFree = [](void* block) { pool().give_back(block); },
        .xRealloc = reallocate,
        .xSize = [](void* block) { return static_cast<int>(Pool::header_of(block).bytes); },
        .xRoundup =
            [](int bytes) {
                const auto wanted = static_cast<std::size_t>(bytes);
                return wanted > most_pooled ? bytes : static_cast<int>(bytes_of(class_of(wanted)));
            },
        .xInit = [](void*) { return SQLITE_OK; },
        .xShutdown = [](void*) {},
        .pAppData = nullptr};
    return sqlite3_config(SQLITE_CONFIG_SINGLETHREAD) == SQLITE_OK &&
           sqlite3_config(SQLITE_CONFIG_MEMSTATUS, 0) == SQLITE_OK &&
           sqlite3_config(SQLITE_CONFIG_MALLOC, &methods) == SQLITE_OK;
}

void* take_from_pool(std::size_t bytes) { return pool().take(bytes); }
void give_back_to_pool(void* block) {
    if (block != nullptr) pool().give_back(block);
}

void begin_in_fork() { pool().begin_afresh(); }

}  // namespace edge::simulation

#if !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
// What the program itself takes comes from there too; a sanitizer has to see it.
void* operator new(std::size_t bytes) {
    void* const block = edge::simulation::take_from_pool(bytes);
    if (block == nullptr) throw std::bad_alloc();
    return block;
}
void operator delete(void* block) noexcept { edge::simulation::give_back_to_pool(block); }
void operator delete(void* block, std::size_t /*bytes*/) noexcept { edge::simulation::give_back_to_pool(block); }
#endif
