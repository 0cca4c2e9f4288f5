#include "matching/eligibility.hpp"

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
    bits_[number].assign(profiles_.size(), false);
    for (std::size_t i = 0; i < profiles_.size(); ++i) {
        bits_[number][i] = satisfies(*profiles_[i], requirement);
    }
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
