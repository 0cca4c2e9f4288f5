#include "matching/eligibility.hpp"

#include <functional>
#include <string_view>

namespace suanpan::matching {

std::size_t RequirementHash::operator()(const Requirement& requirement) const {
    std::size_t hash = 0;
    const auto mix = [&](std::size_t value) {
        constexpr std::size_t kGolden = 0x9E3779B97F4A7C15ULL;
        hash = (hash ^ value) * kGolden;
        hash ^= hash >> 32U;
    };
    const std::hash<std::string_view> of_text;
    for (const Condition& condition : requirement.conditions) {
        mix(condition.attribute * std::size_t{8} + static_cast<std::size_t>(condition.op));
        mix(static_cast<std::size_t>(condition.number));
        if (!condition.place.empty()) mix(of_text(condition.place));
        for (const std::string& text : condition.texts)
            mix(of_text(text));
    }
    return hash;
}

ProfileNumber Eligibility::add(const Profile& profile) {
    const auto number = static_cast<ProfileNumber>(profile_numbers_.size());
    const auto [at, is_new] = profile_numbers_.try_emplace(profile, number);
    if (!is_new) return at->second;
    columns_.add(profile);
    for (std::size_t i = 0; i < requirements_.size(); ++i) {
        bits_[i].resize(number / 64 + std::size_t{1}, 0);
        const bool fits = requirements_[i] != nullptr && satisfies(profile, *requirements_[i]);
        bits_[i][number / 64] |= std::uint64_t{fits} << (number % 64);
    }
    return number;
}

RequirementNumber Eligibility::find_or_add(const Requirement& requirement) {
    const auto known = requirement_numbers_.find(requirement);
    if (known != requirement_numbers_.end()) {
        // Asked for again, it is not among the oldest any more.
        if (users_[known->second] == 0) mark_idle(known->second);
        return known->second;
    }
    auto number = static_cast<RequirementNumber>(requirements_.size());
    if (free_.empty()) {
        requirements_.push_back(nullptr);
        users_.push_back(0);
        editions_.push_back(0);
        idle_since_.push_back(0);
        bits_.emplace_back();
    } else {
        number = free_.back();
        free_.pop_back();
    }
    requirements_[number] = &requirement_numbers_.emplace(requirement, number).first->first;
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
    const Requirement* requirement = requirements_[number];
    requirements_[number] = nullptr;
    free_.push_back(number);
    requirement_numbers_.erase(requirement_numbers_.find(*requirement));
}

}  // namespace suanpan::matching
