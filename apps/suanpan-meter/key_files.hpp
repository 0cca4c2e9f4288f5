#pragma once

// Secrets on disk: the meter's Ed25519 key and the API key, each a file that only its owner may
// open.

#include "apps/suanpan-meter/config.hpp"
#include "base/crypto.hpp"
#include "base/result.hpp"

#include <filesystem>
#include <string>
#include <vector>

namespace suanpan::meter {

// Makes a key and writes it to `file`, which must not be there, with mode 0600. Error `no_key`.
Result<PublicKey> make_meter_key(const std::filesystem::path& file);
// Errors: `no_key`: not there, not a key of ours; `open_secret`: others may read it.
Result<SigningKey> load_meter_key(const std::filesystem::path& file);
// The one of `key_file`, and that of `next_key_file` where it is named. The same errors.
Result<std::vector<SigningKey>> load_meter_keys(const Config& config);
// One line, "sk_…". The same errors.
Result<std::string> load_api_key(const std::filesystem::path& file);

}  // namespace suanpan::meter
