#include "matching/eligibility.hpp"

#include "base/check.hpp"

namespace suanpan::matching {

ProfileNumber Eligibility::add(const Profile& profile) {
    const auto number = static_cast<ProfileNumber>(profiles_.size());
    const auto [at, is_new] = profile_numbers_.try_emplace(profile, number);
    if (!is_new) return at->second;
    profiles_.push_back(&at->first);
    for (std::size_t i = 0; i < requirements_.size(); ++i) {
        bits_[i].push_back(requirements_[i] != nullptr && satisfies(profile, *requirements_[i]));
    }
    return number;
}

RequirementNumber Eligibility::acquire(const Requirement& requirement) {
    const auto known = requirement_numbers_.find(requirement);
    if (known != requirement_numbers_.end()) {
        ++users_[known->second];
        return known->second;
    }
    auto number = static_cast<RequirementNumber>(requirements_.size());
    if (free_.empty()) {
        requirements_.push_back(nullptr);
        users_.push_back(0);
        bits_.emplace_back();
    } else {
        number = free_.back();
        free_.pop_back();
    }
    requirements_[number] = &requirement_numbers_.emplace(requirement, number).first->first;
    users_[number] = 1;
    bits_[number].assign(profiles_.size(), false);
    for (std::size_t i = 0; i < profiles_.size(); ++i) {
        bits_[number][i] = satisfies(*profiles_[i], requirement);
    }
    return number;
}

void Eligibility::release(RequirementNumber number) {
    CHECK(number < users_.size() && users_[number] > 0);
    if (--users_[number] > 0) return;
    const Requirement* requirement = requirements_[number];
    requirements_[number] = nullptr;
    free_.push_back(number);
    requirement_numbers_.erase(requirement_numbers_.find(*requirement));
}

}  // namespace suanpan::matching
