#include "matching/columns.hpp"

#include <algorithm>

namespace suanpan::matching {
namespace {

constexpr std::size_t kWord = 64;

void set(ProfileBits& bits, std::uint32_t profile) {
    if (bits.size() <= profile / kWord) bits.resize(profile / kWord + 1, 0);
    bits[profile / kWord] |= std::uint64_t{1} << (profile % kWord);
}

void intersect(ProfileBits& kept, const ProfileBits& with) {
    const std::size_t both = std::min(kept.size(), with.size());
    for (std::size_t i = 0; i < both; ++i)
        kept[i] &= with[i];
    std::fill(kept.begin() + static_cast<std::ptrdiff_t>(both), kept.end(), 0);
}

void unite(ProfileBits& kept, const ProfileBits& with) {
    if (kept.size() < with.size()) kept.resize(with.size(), 0);
    for (std::size_t i = 0; i < with.size(); ++i)
        kept[i] |= with[i];
}

template <typename Test>
ProfileBits those(const std::vector<std::int64_t>& numbers, const Test& test) {
    ProfileBits out((numbers.size() + kWord - 1) / kWord, 0);
    for (std::size_t i = 0; i < numbers.size(); ++i)
        out[i / kWord] |= std::uint64_t{test(numbers[i])} << (i % kWord);
    return out;
}

}  // namespace

void ProfileColumns::add(const Profile& profile) {
    const std::uint32_t number = profiles_++;
    for (const AttributeValue& value : profile.values) {
        Column& column = columns_[{value.attribute, value.place}];
        set(column.present, number);
        column.numbers.resize(number + std::size_t{1}, 0);
        column.numbers[number] = value.number;
        for (const std::string& text : value.texts)
            set(column.texts[text], number);
    }
}

ProfileBits ProfileColumns::satisfying(const Requirement& requirement) const {
    ProfileBits kept((profiles_ + kWord - 1) / kWord, ~std::uint64_t{0});
    if (profiles_ % kWord != 0) kept.back() >>= kWord - profiles_ % kWord;
    for (const Condition& condition : requirement.conditions) {
        const auto column = columns_.find({condition.attribute, condition.place});
        if (column == columns_.end()) return ProfileBits(kept.size(), 0);
        keep_those(kept, column->second, condition);
    }
    return kept;
}

void ProfileColumns::keep_those(ProfileBits& kept, const Column& column,
                                const Condition& condition) {
    const auto holding = [&](const std::string& text) -> const ProfileBits& {
        static const ProfileBits kNoProfile;
        const auto found = column.texts.find(text);
        return found == column.texts.end() ? kNoProfile : found->second;
    };
    intersect(kept, column.present);
    switch (condition.op) {
        case Operator::kAtLeast:
            return intersect(kept, those(column.numbers, [&](std::int64_t number) {
                                 return number >= condition.number;
                             }));
        case Operator::kAtMost:
            return intersect(kept, those(column.numbers, [&](std::int64_t number) {
                                 return number <= condition.number;
                             }));
        case Operator::kOneOf: {
            ProfileBits any;
            for (const std::string& text : condition.texts)
                unite(any, holding(text));
            return intersect(kept, any);
        }
        case Operator::kAllOf:
            for (const std::string& text : condition.texts)
                intersect(kept, holding(text));
    }
}

}  // namespace suanpan::matching
