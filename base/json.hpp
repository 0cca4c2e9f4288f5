#pragma once

// Strict JSON (RFC 8259) with bounds, and canonical JSON (RFC 8785).
// Of RFC 8785's numbers only integers within ±(2^53 − 1) are used: everything larger or with
// decimals is a string.

#include "base/result.hpp"

#include <nlohmann/json_fwd.hpp>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace suanpan {

using Json = nlohmann::json;

struct JsonLimits {
    std::size_t max_bytes = 1'048'576;
    int max_depth = 32;
};

// Refuses: too large (`body_too_large`); malformed, invalid UTF-8, a byte order mark or a raw NUL
// (`bad_json`); duplicate keys (`duplicate_key`); too deep (`json_too_deep`); U+0000 in a text,
// which PostgreSQL's text can't hold (`bad_character`); a number that is not an integer within
// ±(2^53 − 1) (`bad_number`).
Result<Json> parse_json(std::string_view text, const JsonLimits& limits = {});

// RFC 8785: keys sorted by UTF-16 code units, no white space, minimal escapes.
// REQUIRES what parse_json accepts (no floats).
std::string canonical_json(const Json& value);
// The text is exactly what canonical_json prints for what it says, and parse_json accepts it.
bool is_canonical_json(std::string_view text);

// A member of an object, as the text has it: the name without its quotes, the value as JSON.
struct PlainMember {
    std::string_view name;
    std::string_view value;
};
// The quick way through text that is_canonical_json() accepts: one look at each byte and no tree.
// Gives the members of the outermost object. Nothing for a text that is no canonical object, or
// that holds what it leaves to the others: an escape, a character beyond ASCII, a number of more
// than fifteen digits.
std::optional<std::vector<PlainMember>> read_plain_json(std::string_view text,
                                                        const JsonLimits& limits = {});
// The same of an array: its elements, as the text has them.
std::optional<std::vector<std::string_view>> read_plain_array(std::string_view text,
                                                              const JsonLimits& limits = {});

// Writes canonical JSON without building a tree: for entries on the hot path.
// Keys of an object must be given in ascending order (ASCII only); CHECKed.
class CanonicalWriter {
 public:
    void begin_object();
    void end_object();
    void begin_array();
    void end_array();
    void key(std::string_view name);
    void string(std::string_view value);
    void integer(std::int64_t value);  // as a JSON number; within ±(2^53 − 1)
    void boolean(bool value);
    // Canonical JSON made elsewhere, taken as it is.
    void raw(std::string_view canonical);

    void field(std::string_view name, std::string_view value) {
        key(name);
        string(value);
    }
    // The position where the next byte will be written.
    [[nodiscard]] std::size_t position() const { return out_.size(); }
    [[nodiscard]] std::string take();

 private:
    void before_value();

    struct Level {
        bool object = false;
        bool empty = true;
        std::string last_key;
    };
    std::string out_;
    std::vector<Level> levels_;
    bool after_key_ = false;
};

}  // namespace suanpan
