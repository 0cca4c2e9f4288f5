#include "apps/suanpan-meter/chain_spool.hpp"

#include "base/check.hpp"
#include "base/decimal.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <stdexcept>
#include <system_error>

namespace suanpan::meter {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kEnding = ".spool";
constexpr std::uint64_t kCompactBytes = 256U << 10U;
constexpr std::size_t kMostInAnswers = 500;

std::string text_of(const Json& json, const char* name) {
    return json.at(name).get<std::string>();
}

std::int64_t number_of(const Json& json, const char* name) {
    const auto value = parse_integer(text_of(json, name));
    if (!value) throw std::runtime_error(value.error().detail());
    return *value;
}

settlement::ReadingBatch batch_of(const ChainId& id, std::vector<settlement::Reading> readings) {
    return {id.lease, id.meter, id.role, std::move(readings)};
}

std::string begin_record(const SpoolContent& content) {
    return Json{{"kind", "begin"},
                {"version", "1"},
                {"lease", to_string(content.id.lease)},
                {"meter", to_string(content.id.meter)},
                {"role", settlement::to_string(content.id.role)},
                {"accepted", std::to_string(content.totals.accepted)},
                {"refused", std::to_string(content.totals.refused)}}
        .dump();
}

std::string readings_record(const ChainId& id, const std::vector<settlement::Reading>& readings,
                            const ChainState& state) {
    std::string out = R"({"kind":"readings","state":)" + to_json(state).dump();
    if (!readings.empty()) out += R"(,"batch":)" + settlement::make_batch(batch_of(id, readings));
    return out + "}";
}

Json answer_json(const ReadingAnswer& answer) {
    return {{"epoch", std::to_string(answer.key.first)},
            {"seq", std::to_string(answer.key.second)},
            {"result", answer.result},
            {"code", answer.code},
            {"detail", answer.detail}};
}

std::string answers_record(const std::vector<ReadingAnswer>& answers) {
    Json list = Json::array();
    for (const ReadingAnswer& answer : answers)
        list.push_back(answer_json(answer));
    return Json{{"kind", "answers"}, {"answers", std::move(list)}}.dump();
}

// A refusal of long ago, whose reading is in the file no more.
std::string refused_record(const RefusedReading& refused) {
    Json json = answer_json(refused.answer);
    json["kind"] = "refused";
    json["start"] = std::to_string(refused.window.start.value);
    json["end"] = std::to_string(refused.window.end.value);
    return json.dump();
}

ReadingAnswer parse_answer(const Json& json) {
    return {{number_of(json, "epoch"), number_of(json, "seq")},
            text_of(json, "result"),
            text_of(json, "code"),
            text_of(json, "detail")};
}

void keep_refused(SpoolContent& content, RefusedReading refused) {
    if (content.refused.size() == kMostRefused) content.refused.pop_front();
    content.refused.push_back(std::move(refused));
}

void apply_answer(SpoolContent& content, const ReadingAnswer& answer) {
    const auto found = content.waiting.find(answer.key);
    if (found == content.waiting.end()) return;
    if (answer.result == "refused") {
        ++content.totals.refused;
        keep_refused(content, {answer, found->second.window});
    } else {
        ++content.totals.accepted;
    }
    content.waiting.erase(found);
}

void parse_begin(const Json& json, SpoolContent& content) {
    if (text_of(json, "version") != "1") throw std::runtime_error("made by a later version");
    const auto lease = parse_id<LeaseId>(text_of(json, "lease"));
    const auto meter = parse_id<MeterId>(text_of(json, "meter"));
    const auto role = settlement::parse_meter_role(text_of(json, "role"));
    if (!lease || !meter || !role) throw std::runtime_error("an id cannot be read");
    content.id = {*lease, *meter, *role};
    content.totals = {number_of(json, "accepted"), number_of(json, "refused")};
}

void parse_readings(const Json& json, SpoolContent& content) {
    auto state = parse_chain_state(json.at("state"));
    if (!state) throw std::runtime_error(state.error().detail());
    content.state = std::move(*state);
    if (!json.contains("batch")) return;
    const auto batch = settlement::parse_batch(canonical_json(json.at("batch")));
    if (!batch) throw std::runtime_error(batch.error().detail());
    for (const settlement::Reading& reading : batch->readings)
        content.waiting.emplace(ReadingKey{reading.epoch, reading.seq}, reading);
}

void parse_record(const std::string& line, bool first, SpoolContent& content) {
    const auto json = parse_json(line);
    if (!json) throw std::runtime_error(json.error().detail());
    const std::string kind = text_of(*json, "kind");
    if ((kind == "begin") != first) throw std::runtime_error("the records are out of order");
    if (kind == "begin") {
        parse_begin(*json, content);
    } else if (kind == "readings") {
        parse_readings(*json, content);
    } else if (kind == "answers") {
        for (const Json& answer : json->at("answers"))
            apply_answer(content, parse_answer(answer));
    } else if (kind == "refused") {
        keep_refused(content, {parse_answer(*json),
                               {Time(number_of(*json, "start")), Time(number_of(*json, "end"))}});
    } else {
        throw std::runtime_error("a record of an unknown kind, " + kind);
    }
}

// A name that nothing has yet.
fs::path aside_of(const fs::path& file) {
    for (int i = 1;; ++i) {
        fs::path aside = file.string() + ".damaged-" + std::to_string(i);
        if (!fs::exists(aside)) return aside;
    }
}

std::vector<std::string> all_records(const SpoolContent& content) {
    std::vector<std::string> out{begin_record(content)};
    for (const RefusedReading& refused : content.refused)
        out.push_back(refused_record(refused));
    std::vector<settlement::Reading> readings;
    for (const auto& [key, reading] : content.waiting) {
        readings.push_back(reading);
        if (readings.size() < kMostInRecord) continue;
        out.push_back(readings_record(content.id, readings, content.state));
        readings.clear();
    }
    out.push_back(readings_record(content.id, readings, content.state));
    return out;
}

}  // namespace

fs::path spool_file(const fs::path& folder, const ChainId& id) {
    return folder / (to_string(id.lease) + "." + to_string(id.meter) + std::string(kEnding));
}

Result<SpoolContent> parse_spool(const std::vector<std::string>& lines) {
    if (lines.empty()) return fail("bad_spool", "the file is empty");
    SpoolContent content;
    std::size_t number = 0;
    try {
        for (const std::string& line : lines)
            parse_record(line, number++ == 0, content);
    } catch (const std::exception& error) {
        return fail("bad_spool", "line " + std::to_string(number) + ": " + error.what());
    }
    return content;
}

Result<SpoolContent> read_spool(const fs::path& file) {
    const auto text = read_journal(file);
    if (!text) return fail(text.error());
    auto content = parse_spool(text->lines);
    if (!content) return fail("bad_spool", file.string() + ": " + content.error().detail());
    return content;
}

std::vector<SpoolContent> read_spools(const fs::path& folder) {
    std::vector<fs::path> files;
    std::error_code error;
    for (const auto& entry : fs::directory_iterator(folder, error)) {
        if (entry.path().extension() == kEnding) files.push_back(entry.path());
    }
    std::ranges::sort(files);
    std::vector<SpoolContent> out;
    for (const fs::path& file : files) {
        if (auto content = read_spool(file)) out.push_back(std::move(*content));
    }
    return out;
}

ChainSpool::ChainSpool(const fs::path& folder, const ChainId& id) {
    content_.id = id;
    const fs::path file = spool_file(folder, id);
    const auto text = read_journal(file);
    const bool known = text && !text->lines.empty();
    auto content = known ? parse_spool(text->lines) : Result<SpoolContent>(content_);
    const bool bad = text && (text->damaged || !content || content->id.lease != id.lease ||
                              content->id.meter != id.meter);
    if (bad) {
        // A second name: the first keeps what is good until the new file takes its place.
        damaged_ = aside_of(file);
        fs::create_hard_link(file, damaged_);
    }
    if (content && (!bad || text->damaged)) content_ = std::move(*content);
    // The role is no part of a reading: when it was wrong, what waits is sent under the right one.
    content_.id = id;
    if (!known) take_over_from_other_meter(folder);
    if (bad) content_.state.reset = true;
    if (!known || bad) {
        if (const auto made = replace_journal(file, all_records(content_)); !made)
            throw std::runtime_error(made.error().detail());
    }
    journal_.emplace(file);
}

void ChainSpool::take_over_from_other_meter(const fs::path& folder) {
    for (const SpoolContent& other : read_spools(folder)) {
        const bool same = other.id.lease == content_.id.lease && other.id.role == content_.id.role;
        if (!same || other.state.at <= content_.state.at) continue;
        content_.state = other.state;
    }
    ChainState& state = content_.state;
    state.epoch = -1;
    state.seq = 0;
    state.prev = Hash{};
    state.counters = {};
    state.reset = false;
}

Result<void> ChainSpool::put(const std::vector<settlement::Reading>& readings,
                             const ChainState& state) {
    CHECK(readings.size() <= kMostInRecord);
    for (const settlement::Reading& reading : readings)
        CHECK(!content_.waiting.contains({reading.epoch, reading.seq}));
    if (auto written = journal_->append(readings_record(content_.id, readings, state)); !written)
        return written;
    for (const settlement::Reading& reading : readings)
        content_.waiting.emplace(ReadingKey{reading.epoch, reading.seq}, reading);
    content_.state = state;
    return {};
}

void ChainSpool::answer(const std::vector<ReadingAnswer>& answers) {
    for (std::size_t begin = 0; begin < answers.size(); begin += kMostInAnswers) {
        const auto first = answers.begin() + static_cast<std::ptrdiff_t>(begin);
        const auto size = std::min(kMostInAnswers, answers.size() - begin);
        (void)journal_->append(answers_record({first, first + static_cast<std::ptrdiff_t>(size)}));
    }
    for (const ReadingAnswer& answer : answers)
        apply_answer(content_, answer);
    if (bytes() > std::max(kCompactBytes, 4 * compact_bytes_)) (void)compact();
}

Result<void> ChainSpool::compact() {
    auto written = journal_->rewrite(all_records(content_));
    compact_bytes_ = bytes();
    return written;
}

}  // namespace suanpan::meter
