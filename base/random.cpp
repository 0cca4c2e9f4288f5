#include "base/random.hpp"

#include "base/check.hpp"

#include <openssl/rand.h>

#include <limits>

namespace suanpan {
std::string random_bytes(std::size_t count) {
    CHECK(count <= static_cast<std::size_t>(std::numeric_limits<int>::max()));
    std::string out(count, '\0');
    CHECK(RAND_bytes(reinterpret_cast<unsigned char*>(out.data()), static_cast<int>(count)) == 1);
    return out;
}

Seed random_seed() {
    const std::string bytes = random_bytes(Seed{}.size());
    Seed seed{};
    for (std::size_t i = 0; i < seed.size(); ++i)
        seed[i] = static_cast<std::uint8_t>(bytes[i]);
    return seed;
}

}  // namespace suanpan
