// Reading batches and the envelopes they travel in, and those of signed writes: any bytes are
// refused or read; what is read prints as it was.

#include "base/dsse.hpp"
#include "core/signed_write.hpp"
#include "settlement/reading.hpp"

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view text(reinterpret_cast<const char*>(data), size);
    const auto batch = suanpan::settlement::parse_batch(text);
    if (batch && suanpan::settlement::make_batch(*batch) != text) std::abort();
    const auto envelope = suanpan::parse_envelope(text);
    if (envelope) {
        const auto again = suanpan::parse_envelope(suanpan::envelope_json(*envelope));
        if (!again || *again != *envelope) std::abort();
    }
    if (const auto write = suanpan::core::read_signed_write(text)) {
        const auto type = suanpan::core::signed_payload_type(
            {write->log, write->by, write->at, write->path, write->once});
        if (!type || *type != write->envelope.payload_type) std::abort();
    }
    return 0;
}
