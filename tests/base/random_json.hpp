#pragma once

// Random JSON trees and texts, weighted towards the code points where orders and encodings differ.

#include "base/json.hpp"
#include "tests/base/seeded.hpp"

#include <nlohmann/json.hpp>

#include <string>

namespace suanpan {

inline char32_t any_code_point(Seeded& random) {
    static constexpr char32_t kEdges[] = {0x01,    0x1F,    0x20,     '"',     '\\',    '/',
                                          0x7F,    0x80,    0x7FF,    0x800,   0xD7FF,  0xE000,
                                          0xEFFF,  0xF000,  0xFB33,   0xFFFF,  0x10000, 0x1F600,
                                          0x3FFFF, 0x40000, 0x100000, 0x10FFFF};
    if (random.one_in(2)) {
        return kEdges[static_cast<std::size_t>(random.between(0, std::size(kEdges) - 1))];
    }
    const auto point = static_cast<char32_t>(random.between(1, random.one_in(2) ? 0x7F : 0x10FFFF));
    return point >= 0xD800 && point <= 0xDFFF ? U'x' : point;
}

inline std::u32string any_code_points(Seeded& random, std::int64_t longest) {
    std::u32string out;
    for (std::int64_t n = random.between(0, longest); n > 0; --n)
        out.push_back(any_code_point(random));
    return out;
}

inline std::string to_utf8(const std::u32string& points) {
    std::string out;
    const auto tail = [&out](char32_t point, int shift) {
        out.push_back(static_cast<char>(0x80 | (point >> shift & 0x3F)));
    };
    for (const char32_t p : points) {
        if (p < 0x80) {
            out.push_back(static_cast<char>(p));
            continue;
        }
        const int tails = p < 0x800 ? 1 : p < 0x10000 ? 2 : 3;
        const char32_t lead = p < 0x800 ? 0xC0 : p < 0x10000 ? 0xE0 : 0xF0;
        out.push_back(static_cast<char>(lead | p >> (6 * tails)));
        for (int shift = 6 * (tails - 1); shift >= 0; shift -= 6)
            tail(p, shift);
    }
    return out;
}

inline std::u16string to_utf16(const std::u32string& points) {
    std::u16string out;
    for (const char32_t p : points) {
        if (p < 0x10000) {
            out.push_back(static_cast<char16_t>(p));
        } else {
            out.push_back(static_cast<char16_t>(0xD800 + ((p - 0x10000) >> 10)));
            out.push_back(static_cast<char16_t>(0xDC00 + ((p - 0x10000) & 0x3FF)));
        }
    }
    return out;
}

inline Json any_json(Seeded& random, int depth, bool ascii_keys = false) {
    constexpr std::int64_t kSafe = 9'007'199'254'740'991;
    switch (random.between(depth > 0 ? 0 : 2, 6)) {
        case 0: {
            Json object = Json::object();
            for (std::int64_t n = random.between(0, 5); n > 0; --n) {
                std::string key = to_utf8(any_code_points(random, 4));
                if (ascii_keys) {
                    for (char& c : key)
                        c = (c & 0x7F) == 0 ? 'x' : static_cast<char>(c & 0x7F);
                }
                object[key] = any_json(random, depth - 1, ascii_keys);
            }
            return object;
        }
        case 1: {
            Json array = Json::array();
            for (std::int64_t n = random.between(0, 5); n > 0; --n) {
                array.push_back(any_json(random, depth - 1, ascii_keys));
            }
            return array;
        }
        case 2: return random.one_in(2);
        case 3: return random.one_in(4) ? Json(nullptr) : Json(random.one_in(2) ? kSafe : -kSafe);
        case 4: return random.between(-kSafe, kSafe);
        default: return to_utf8(any_code_points(random, 8));
    }
}

}  // namespace suanpan
