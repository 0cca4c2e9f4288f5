#include "base/dsse.hpp"
#include "core/entries.hpp"
#include "settlement/reading.hpp"

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include <string>

namespace suanpan::core {
namespace {

template <typename IdType>
IdType id_of(std::uint8_t n) {
    IdType id;
    id.bytes = make_id_bytes(Time(1'800'000'000), {n});
    return id;
}

Command readings_command() {
    settlement::ReadingBatch batch;
    batch.lease = id_of<LeaseId>(1);
    batch.meter = id_of<MeterId>(2);
    settlement::Reading reading;
    reading.window = Window{Time(1'800'000'000), Time(1'800'000'300)};
    reading.counters.lot_us = 300'000'000;
    batch.readings.push_back(reading);
    const std::string payload = settlement::make_batch(batch);
    SubmitReadings body;
    body.envelope = envelope_json(
        make_envelope(settlement::kReadingsPayloadType, payload, "k\"1", SigningKey(Seed{3})));
    body.batch = settlement::parse_batch(payload).value();
    return Command(id_of<CommandId>(3), id_of<OrganisationId>(4), Auth::kApiKey, std::move(body));
}

TEST(ReadingsEntry, IsCanonicalAndReadsBack) {
    const Command command = readings_command();
    const std::string bytes = command_entry(command, Time(1'800'000'400)).bytes;
    EXPECT_EQ(canonical_json(*parse_json(bytes)), bytes);
    const auto back = parse_entry(bytes);
    ASSERT_TRUE(back) << back.error().detail();
    EXPECT_EQ(back->kind, "readings");
    EXPECT_EQ(command_entry(*back->command, back->time).bytes, bytes);
}

// A refused entry is written from a tree: the same members but for what refuses.
TEST(ReadingsEntry, HasTheMembersOfEveryCommandsEntry) {
    const Command command = readings_command();
    Json taken = *parse_json(command_entry(command, Time(1'800'000'400)).bytes);
    Json refused = *parse_json(refused_entry(command, Time(1'800'000'400), "some_code").bytes);
    EXPECT_EQ(refused["refused"], taken["kind"]);
    for (const char* name : {"refused", "code", "kind"})
        refused.erase(name);
    taken.erase("kind");
    EXPECT_EQ(taken, refused);
}

}  // namespace
}  // namespace suanpan::core
