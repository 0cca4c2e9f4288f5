#pragma once

// What else is to be durable with a commit, that no command asked for: what others are told of it.

#include "core/rows.hpp"
#include "db/batch.hpp"

namespace suanpan::services {

// Called by the core's thread and the writer's, never by both at once. Nothing here may throw: a
// market does not stop because nobody can be told.
class Outbox {
 public:
    Outbox() = default;
    virtual ~Outbox() = default;
    Outbox(const Outbox&) = delete;
    Outbox& operator=(const Outbox&) = delete;

    // The market's memory is this now; nothing is under way.
    virtual void loaded(const core::Rows& state) noexcept = 0;
    // Puts `events` into a batch that is about to be written. A batch that fails is never heard of
    // again: what loaded() says next counts.
    virtual void add_events(db::Batch& batch) noexcept = 0;
    // The last batch is durable.
    virtual void committed() noexcept = 0;
};

}  // namespace suanpan::services
