#include "matching/eligibility.hpp"

#include <array>
#include <cstring>

namespace suanpan::matching {

void RequirementKey::add(std::string_view text) {
    CHECK(text.size() <= 255);
    bytes_ += static_cast<char>(text.size());
    bytes_ += text;
}

// Each length stands before what it counts, so no two requirements run into the same bytes; a text
// has 128 bytes and a set 64 texts at most (profile.hpp).
std::string_view RequirementKey::of(const Requirement& requirement) {
    bytes_.clear();
    for (const Condition& condition : requirement.conditions) {
        std::array<char, sizeof condition.attribute + sizeof condition.number> numbers{};
        std::memcpy(numbers.data(), &condition.attribute, sizeof condition.attribute);
        std::memcpy(numbers.data() + sizeof condition.attribute, &condition.number,
                    sizeof condition.number);
        bytes_.append(numbers.data(), numbers.size());
        bytes_ += static_cast<char>(condition.op);
        add(condition.place);
        CHECK(condition.texts.size() <= 255);
        bytes_ += static_cast<char>(condition.texts.size());
        for (const std::string& text : condition.texts)
            add(text);
    }
    return bytes_;
}

ProfileNumber Eligibility::add(const Profile& profile) {
    const auto number = static_cast<ProfileNumber>(profile_numbers_.size());
    const auto [at, is_new] = profile_numbers_.try_emplace(profile, number);
    if (!is_new) return at->second;
    columns_.add(profile);
    for (std::size_t i = 0; i < requirements_.size(); ++i) {
        bits_[i].resize(number / 64 + std::size_t{1}, 0);
        const bool fits = requirements_[i] && satisfies(profile, *requirements_[i]);
        bits_[i][number / 64] |= std::uint64_t{fits} << (number % 64);
    }
    return number;
}

RequirementNumber Eligibility::find_or_add(const Requirement& requirement) {
    const std::string_view key = key_.of(requirement);
    const auto known = requirement_numbers_.find(key);
    if (known != requirement_numbers_.end()) {
        // Asked for again, it is not among the oldest any more.
        if (users_[known->second] == 0) mark_idle(known->second);
        return known->second;
    }
    auto number = static_cast<RequirementNumber>(requirements_.size());
    if (free_.empty()) {
        requirements_.emplace_back();
        users_.push_back(0);
        editions_.push_back(0);
        idle_since_.push_back(0);
        bits_.emplace_back();
    } else {
        number = free_.back();
        free_.pop_back();
    }
    requirements_[number] = requirement;
    requirement_numbers_.emplace(key, number);
    ++editions_[number];
    bits_[number] = columns_.satisfying(requirement);
    mark_idle(number);
    return number;
}

void Eligibility::mark_idle(RequirementNumber number) {
    idle_since_[number] = ++last_idle_;
    idle_.emplace_back(number, last_idle_);
    ++idle_count_;
}

void Eligibility::forget(RequirementNumber number) {
    // By its iterator: C++20 has no erase() by a part of the key's type.
    requirement_numbers_.erase(requirement_numbers_.find(key_.of(*requirements_[number])));
    requirements_[number].reset();
    free_.push_back(number);
}

}  // namespace suanpan::matching
