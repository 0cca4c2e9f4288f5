#include "base/sha256_two.hpp"

#include "base/crypto.hpp"

#include <algorithm>
#include <cstdint>

#if defined(__x86_64__)
#include <cpuid.h>
#include <immintrin.h>
#endif

namespace suanpan {
namespace {

std::array<Hash, 2> one_after_the_other(char prefix, std::string_view a, std::string_view b) {
    const std::string_view first(&prefix, 1);
    return {sha256({first, a}), sha256({first, b})};
}

#if defined(__x86_64__)

#define SUANPAN_WITH_SHA __attribute__((target("sha,sse4.1")))

constexpr std::size_t kBlock = 64;
constexpr std::size_t kLengthBytes = 8;

// FIPS 180-4 §4.2.2.
alignas(16) constexpr std::array<std::uint32_t, 64> kRound{
    0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b, 0x59f111f1, 0x923f82a4, 0xab1c5ed5,
    0xd807aa98, 0x12835b01, 0x243185be, 0x550c7dc3, 0x72be5d74, 0x80deb1fe, 0x9bdc06a7, 0xc19bf174,
    0xe49b69c1, 0xefbe4786, 0x0fc19dc6, 0x240ca1cc, 0x2de92c6f, 0x4a7484aa, 0x5cb0a9dc, 0x76f988da,
    0x983e5152, 0xa831c66d, 0xb00327c8, 0xbf597fc7, 0xc6e00bf3, 0xd5a79147, 0x06ca6351, 0x14292967,
    0x27b70a85, 0x2e1b2138, 0x4d2c6dfc, 0x53380d13, 0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85,
    0xa2bfe8a1, 0xa81a664b, 0xc24b8b70, 0xc76c51a3, 0xd192e819, 0xd6990624, 0xf40e3585, 0x106aa070,
    0x19a4c116, 0x1e376c08, 0x2748774c, 0x34b0bcb5, 0x391c0cb3, 0x4ed8aa4a, 0x5b9cca4f, 0x682e6ff3,
    0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208, 0x90befffa, 0xa4506ceb, 0xbef9a3f7, 0xc67178f2};

// FIPS 180-4 §5.3.3, in the order in which the instructions want it: a b e f, c d g h.
alignas(16) constexpr std::array<std::uint32_t, 8> kStart{
    0x9b05688c, 0x510e527f, 0xbb67ae85, 0x6a09e667, 0x5be0cd19, 0x1f83d9ab, 0xa54ff53a, 0x3c6ef372};

bool has_sha_extensions() {
    unsigned a = 0;
    unsigned b = 0;
    unsigned c = 0;
    unsigned d = 0;
    constexpr unsigned kSse41 = 1U << 19U;
    constexpr unsigned kSha = 1U << 29U;
    if (__get_cpuid(1, &a, &b, &c, &d) == 0 || (c & kSse41) == 0) return false;
    return __get_cpuid_count(7, 0, &a, &b, &c, &d) != 0 && (b & kSha) != 0;
}

// Prefix, message and padding as blocks; only the blocks at the ends are copied.
class Blocks {
 public:
    Blocks(char prefix, std::string_view message)
        : inner_(message.data()), whole_((message.size() + 1) / kBlock) {
        const std::size_t length = message.size() + 1;
        count_ = (length + kLengthBytes) / kBlock + 1;
        if (whole_ > 0) {
            first_[0] = prefix;
            std::copy_n(message.begin(), kBlock - 1, first_.begin() + 1);
        }
        char* end = last_.data();
        if (whole_ == 0) *end++ = prefix;
        end = std::copy(message.end() - static_cast<std::ptrdiff_t>(rest(message)), message.end(),
                        end);
        *end = static_cast<char>(0x80);
        char* bits = last_.data() + (count_ - whole_) * kBlock;
        for (std::uint64_t left = std::uint64_t{length} * 8; left != 0; left >>= 8U)
            *--bits = static_cast<char>(left);
    }
    [[nodiscard]] std::size_t count() const { return count_; }
    // REQUIRES i < count().
    [[nodiscard]] const char* at(std::size_t i) const {
        if (i >= whole_) return last_.data() + (i - whole_) * kBlock;
        return i == 0 ? first_.data() : inner_ + (i * kBlock - 1);
    }

 private:
    // Bytes of the message behind the blocks that it fills.
    [[nodiscard]] std::size_t rest(std::string_view message) const {
        return whole_ == 0 ? message.size() : message.size() + 1 - whole_ * kBlock;
    }

    const char* inner_;
    std::size_t whole_;  // blocks without padding
    std::size_t count_ = 0;
    std::array<char, kBlock> first_{};
    std::array<char, 2 * kBlock> last_{};
};

struct FourWords {
    __m128i bits;
};
struct State {
    __m128i abef;
    __m128i cdgh;
};

const __m128i* vector_at(const void* bytes) {
    return static_cast<const __m128i*>(bytes);
}

SUANPAN_WITH_SHA inline __m128i swap_words(__m128i words) {
    return _mm_shuffle_epi8(words, _mm_set_epi64x(0x0c0d0e0f08090a0bLL, 0x0405060700010203LL));
}

// One block of each of the lanes; they only meet in the order of the instructions.
template <std::size_t Lanes>
SUANPAN_WITH_SHA inline void compress(std::array<State, 2>& states,
                                      const std::array<const char*, 2>& blocks) {
    std::array<std::array<FourWords, 4>, Lanes> words;
    const std::array<State, 2> before = states;
    for (std::size_t lane = 0; lane < Lanes; ++lane) {
        for (std::size_t i = 0; i < 4; ++i)
            words[lane][i].bits = swap_words(_mm_loadu_si128(vector_at(blocks[lane] + 16 * i)));
    }
#pragma GCC unroll 16
    for (std::size_t i = 0; i < 16; ++i) {
        const __m128i constants = _mm_load_si128(vector_at(&kRound[4 * i]));
        for (std::size_t lane = 0; lane < Lanes; ++lane) {
            std::array<FourWords, 4>& w = words[lane];
            State& state = states[lane];
            const __m128i sums = _mm_add_epi32(w[i % 4].bits, constants);
            state.cdgh = _mm_sha256rnds2_epu32(state.cdgh, state.abef, sums);
            state.abef =
                _mm_sha256rnds2_epu32(state.abef, state.cdgh, _mm_shuffle_epi32(sums, 0x0e));
            if (i >= 12) continue;
            const __m128i after = w[(i + 3) % 4].bits;
            const __m128i seven_back = _mm_alignr_epi8(after, w[(i + 2) % 4].bits, 4);
            const __m128i first = _mm_sha256msg1_epu32(w[i % 4].bits, w[(i + 1) % 4].bits);
            w[i % 4].bits = _mm_sha256msg2_epu32(_mm_add_epi32(first, seven_back), after);
        }
    }
    for (std::size_t lane = 0; lane < Lanes; ++lane) {
        states[lane].abef = _mm_add_epi32(states[lane].abef, before[lane].abef);
        states[lane].cdgh = _mm_add_epi32(states[lane].cdgh, before[lane].cdgh);
    }
}

SUANPAN_WITH_SHA inline Hash hash_of(const State& state) {
    const __m128i abcd = _mm_shuffle_epi32(_mm_unpackhi_epi64(state.abef, state.cdgh), 0xb1);
    const __m128i efgh = _mm_shuffle_epi32(_mm_unpacklo_epi64(state.abef, state.cdgh), 0xb1);
    alignas(16) Hash hash;
    _mm_store_si128(reinterpret_cast<__m128i*>(hash.data()), swap_words(abcd));
    _mm_store_si128(reinterpret_cast<__m128i*>(hash.data() + 16), swap_words(efgh));
    return hash;
}

SUANPAN_WITH_SHA std::array<Hash, 2> both_at_once(char prefix, std::string_view a,
                                                  std::string_view b) {
    const std::array<Blocks, 2> blocks{Blocks(prefix, a), Blocks(prefix, b)};
    const State start{_mm_load_si128(vector_at(&kStart[0])), _mm_load_si128(vector_at(&kStart[4]))};
    std::array<State, 2> states{start, start};
    const std::size_t common = std::min(blocks[0].count(), blocks[1].count());
    for (std::size_t i = 0; i < common; ++i)
        compress<2>(states, {blocks[0].at(i), blocks[1].at(i)});
    const std::size_t longer = blocks[0].count() > common ? 0 : 1;
    std::array<State, 2> rest{states[longer], start};
    for (std::size_t i = common; i < blocks[longer].count(); ++i)
        compress<1>(rest, {blocks[longer].at(i), nullptr});
    states[longer] = rest[0];
    return {hash_of(states[0]), hash_of(states[1])};
}

#undef SUANPAN_WITH_SHA

#endif

}  // namespace

std::array<Hash, 2> sha256_two(char prefix, std::string_view a, std::string_view b) {
#if defined(__x86_64__)
    static const bool kBothAtOnce = has_sha_extensions();
    if (kBothAtOnce) return both_at_once(prefix, a, b);
#endif
    return one_after_the_other(prefix, a, b);
}

}  // namespace suanpan
