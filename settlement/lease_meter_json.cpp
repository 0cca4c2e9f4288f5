// Snapshots of a LeaseMeter: what a restarted core goes on from. Counters and indices are decimal
// strings, times RFC 3339, as everywhere else.

#include "base/time.hpp"
#include "settlement/json_fields.hpp"
#include "settlement/lease_meter_impl.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <array>

namespace suanpan::settlement {
namespace {

constexpr std::array<const char*, 2> kSideNames = {"provider", "buyer"};

void put(CanonicalWriter& out, std::string_view name, std::int64_t value) {
    out.field(name, std::to_string(value));
}
void put(CanonicalWriter& out, std::string_view name, Time value) {
    out.field(name, suanpan::to_string(value));
}
void put(CanonicalWriter& out, std::string_view name, const Hash& value) {
    out.field(name, to_hex(as_chars(value)));
}
void put(CanonicalWriter& out, std::string_view name, const std::optional<std::int64_t>& value) {
    if (value) put(out, name, *value);
}
void put(CanonicalWriter& out, std::string_view name, bool value) {
    out.key(name);
    out.boolean(value);
}
void put(CanonicalWriter& out, std::string_view name, const std::vector<LogIndex>& indices) {
    out.key(name);
    out.begin_array();
    for (const LogIndex index : indices)
        out.string(std::to_string(index.value));
    out.end_array();
}
void put(CanonicalWriter& out, std::string_view name, const Window& window) {
    out.key(name);
    out.begin_object();
    put(out, "end", window.end);
    put(out, "start", window.start);
    out.end_object();
}
void put(CanonicalWriter& out, std::string_view name, const Counters& counters) {
    out.key(name);
    out.begin_object();
    put(out, "busy_us", counters.busy_us);
    put(out, "energy_mj", counters.energy_mj);
    put(out, "lot_us", counters.lot_us);
    put(out, "net_in_b", counters.net_in_b);
    put(out, "net_out_b", counters.net_out_b);
    put(out, "ops", counters.ops);
    out.end_object();
}

// Writes [item, …] with `write` called inside an object for each.
template <typename Items, typename Write>
void put_list(CanonicalWriter& out, std::string_view name, const Items& items, const Write& write) {
    out.key(name);
    out.begin_array();
    for (const auto& item : items) {
        out.begin_object();
        write(item);
        out.end_object();
    }
    out.end_array();
}

void write_anchor(CanonicalWriter& out, const Anchor& anchor) {
    out.key("anchor");
    out.begin_object();
    put(out, "at", anchor.at);
    put(out, "counters", anchor.counters);
    put(out, "end", anchor.end);
    put(out, "epoch", anchor.key.first);
    put(out, "hash", anchor.hash);
    put(out, "indices", anchor.indices);
    put(out, "seq", anchor.key.second);
    out.end_object();
}

void write_node(CanonicalWriter& out, const Node& node) {
    const Reading& reading = node.reading;
    put(out, "counters", reading.counters);
    put(out, "epoch", reading.epoch);
    put(out, "estimated", reading.estimated);
    put(out, "hash", reading.hash);
    put(out, "index", node.index.value);
    put(out, "prev", reading.prev);
    put(out, "seq", reading.seq);
    put(out, "window", reading.window);
}

void write_chain(CanonicalWriter& out, const ChainKey& key, const Chain& chain) {
    write_anchor(out, chain.anchor());
    out.field("meter", suanpan::to_string(key.second));
    put_list(out, "rest", chain.nodes(), [&](const auto& item) { write_node(out, item.second); });
    out.field("role", to_string(key.first));
    put_list(out, "runs", chain.runs(), [&](const Run& run) {
        put(out, "end", run.end);
        put(out, "epoch", run.epoch);
        put(out, "first", run.first);
        put(out, "last", run.last);
    });
}

void write_side(CanonicalWriter& out, std::string_view name, const WindowSums& sums) {
    out.key(name);
    out.begin_object();
    put(out, "busy_us", sums.busy_us);
    put_list(out, "covered", sums.covered, [&](const Window& window) {
        put(out, "end", window.end);
        put(out, "start", window.start);
    });
    put(out, "estimated", sums.estimated);
    put(out, "indices", sums.indices);
    put(out, "lot_us", sums.lot_us);
    put(out, "spoke", sums.spoke);
    out.end_object();
}

void write_final(CanonicalWriter& out, const FinalWindow& window) {
    put(out, "busy_us", window.busy_us);
    put(out, "disputed_us", window.disputed_us);
    put(out, "estimated", window.estimated);
    put(out, "final_at", window.final_at.value);
    put(out, "lot_us", window.lot_us);
    put(out, "readings", window.readings);
    put(out, "window", window.window);
}

// Reads what the functions above write. Every fault is collected; the result is used only when
// there is none.
class SnapshotReader {
 public:
    void read(const Json& root, LeaseMeter::Impl& impl) {
        Fields fields(root, "", faults,
                      {"active", "chains", "ended", "final_starts", "last_time", "open_from",
                       "ready", "sums"});
        if (const Json* found = fields.find("active")) impl.active = window(*found, "/active");
        impl.ended = fields.boolean("ended");
        impl.last_time = fields.time("last_time");
        impl.open_from = fields.time("open_from");
        for_each(fields, "final_starts", {"start"},
                 [&](Fields& item, const Json&) { impl.final_starts.insert(item.time("start")); });
        for_each(fields, "chains", {"anchor", "meter", "rest", "role", "runs"},
                 [&](Fields& item, const Json&) { chain(item, impl); });
        for_each(fields, "sums", {"buyer", "provider", "start"}, [&](Fields& item, const Json&) {
            SideSums& sums = impl.sums[item.time("start")];
            for (std::size_t side = 0; side < sums.size(); ++side) {
                if (const Json* found = item.get(kSideNames[side])) {
                    sums[side] = side_sums(*found, item.at(kSideNames[side]));
                }
            }
        });
        for_each(
            fields, "ready",
            {"busy_us", "disputed_us", "estimated", "final_at", "lot_us", "readings", "window"},
            [&](Fields& item, const Json&) { impl.ready.push_back(final(item, impl)); });
    }

    Faults faults;

 private:
    template <typename Read>
    void for_each(Fields& fields, const char* name, std::initializer_list<std::string_view> members,
                  const Read& read) {
        const Json* list = fields.array(name);
        if (list == nullptr) return;
        for (std::size_t i = 0; i < list->size(); ++i) {
            Fields item((*list)[i], fields.at(name) + "/" + std::to_string(i), faults, members);
            read(item, (*list)[i]);
        }
    }

    Window window(const Json& value, const std::string& at) {
        Fields fields(value, at, faults, {"end", "start"});
        return Window{fields.time("start"), fields.time("end")};
    }

    Window window_in(Fields& fields) {
        const Json* found = fields.get("window");
        return found == nullptr ? Window{} : window(*found, fields.at("window"));
    }

    std::vector<LogIndex> indices(Fields& fields, const char* name) {
        std::vector<LogIndex> out;
        const Json* list = fields.array(name);
        if (list == nullptr) return out;
        for (const Json& item : *list) {
            const auto value = item.is_string() ? parse_integer(item.get<std::string>())
                                                : Result<std::int64_t>(fail("wrong_type", ""));
            if (value) {
                out.emplace_back(*value);
            } else {
                faults.add(fields.at(name), value.error());
            }
        }
        return out;
    }

    Counters counters(Fields& owner) {
        const Json* found = owner.get("counters");
        if (found == nullptr) return {};
        Fields fields(*found, owner.at("counters"), faults,
                      {"busy_us", "energy_mj", "lot_us", "net_in_b", "net_out_b", "ops"});
        return Counters{fields.integer("lot_us"),
                        fields.integer("busy_us"),
                        fields.optional_integer("ops"),
                        fields.optional_integer("energy_mj"),
                        fields.optional_integer("net_in_b"),
                        fields.optional_integer("net_out_b")};
    }

    void chain(Fields& fields, LeaseMeter::Impl& impl) {
        const ChainKey key{fields.parsed<MeterRole>("role", parse_meter_role),
                           fields.id<MeterId>("meter")};
        Anchor start;
        if (const Json* found = fields.get("anchor")) start = anchor(*found, fields.at("anchor"));
        std::vector<Run> runs;
        for_each(fields, "runs", {"end", "epoch", "first", "last"}, [&](Fields& item, const Json&) {
            runs.push_back(Run{item.integer("epoch"), item.integer("first"), item.integer("last"),
                               item.time("end")});
        });
        std::map<ReadingKey, Node> rest;
        for_each(fields, "rest",
                 {"counters", "epoch", "estimated", "hash", "index", "prev", "seq", "window"},
                 [&](Fields& item, const Json&) {
                     const Node next = node(item);
                     rest.emplace(next.key(), next);
                 });
        impl.chains.emplace(key,
                            Chain::restore(std::move(start), std::move(runs), std::move(rest)));
    }

    Anchor anchor(const Json& value, const std::string& at) {
        Fields fields(value, at, faults,
                      {"at", "counters", "end", "epoch", "hash", "indices", "seq"});
        Anchor out;
        out.key = {fields.integer("epoch", -1), fields.integer("seq", -1)};
        out.hash = fields.hash("hash");
        out.end = fields.time("end");
        out.at = fields.time("at");
        out.counters = counters(fields);
        out.indices = indices(fields, "indices");
        return out;
    }

    Node node(Fields& fields) {
        Node out;
        out.reading.epoch = fields.integer("epoch");
        out.reading.seq = fields.integer("seq");
        out.reading.prev = fields.hash("prev");
        out.reading.hash = fields.hash("hash");
        out.reading.window = window_in(fields);
        out.reading.counters = counters(fields);
        out.reading.estimated = fields.boolean("estimated");
        out.index = LogIndex(fields.integer("index"));
        return out;
    }

    WindowSums side_sums(const Json& value, const std::string& at) {
        Fields fields(value, at, faults,
                      {"busy_us", "covered", "estimated", "indices", "lot_us", "spoke"});
        WindowSums out;
        out.lot_us = fields.integer("lot_us");
        out.busy_us = fields.integer("busy_us");
        out.spoke = fields.boolean("spoke");
        out.estimated = fields.boolean("estimated");
        out.indices = indices(fields, "indices");
        for_each(fields, "covered", {"end", "start"}, [&](Fields& item, const Json&) {
            out.covered.push_back(Window{item.time("start"), item.time("end")});
        });
        return out;
    }

    FinalWindow final(Fields& fields, const LeaseMeter::Impl& impl) {
        FinalWindow out;
        out.lease = impl.lease.id;
        out.window = window_in(fields);
        out.final_at = LogIndex(fields.integer("final_at"));
        out.lot_us = fields.integer("lot_us");
        out.busy_us = fields.integer("busy_us");
        out.disputed_us = fields.integer("disputed_us");
        out.estimated = fields.boolean("estimated");
        out.readings = indices(fields, "readings");
        return out;
    }
};

}  // namespace

std::string LeaseMeter::snapshot() const {
    const Impl& impl = *impl_;
    CanonicalWriter out;
    out.begin_object();
    if (impl.active) put(out, "active", *impl.active);
    put_list(out, "chains", impl.chains,
             [&](const auto& item) { write_chain(out, item.first, item.second); });
    put(out, "ended", impl.ended);
    put_list(out, "final_starts", impl.final_starts, [&](Time start) { put(out, "start", start); });
    put(out, "last_time", impl.last_time);
    put(out, "open_from", impl.open_from);
    put_list(out, "ready", impl.ready,
             [&](const FinalWindow& window) { write_final(out, window); });
    put_list(out, "sums", impl.sums, [&](const auto& item) {
        // Keys in ascending order: buyer, provider, start.
        for (const std::size_t side : {std::size_t{1}, std::size_t{0}}) {
            write_side(out, kSideNames[side], item.second[side]);
        }
        put(out, "start", item.first);
    });
    out.end_object();
    return out.take();
}

Result<LeaseMeter> LeaseMeter::restore(const MeteredLease& lease, const MeteringRules& rules,
                                       std::string_view snapshot) {
    // What the core itself has written is as long as it is: a start may not fail for its size.
    const auto root = parse_json(snapshot, JsonLimits{snapshot.size(), 8});
    if (!root) {
        return fail(Error("bad_snapshot", "the snapshot is not JSON",
                          {Fault{"", root.error().code(), root.error().detail()}}));
    }
    LeaseMeter meter(lease, rules);
    SnapshotReader reader;
    reader.read(*root, *meter.impl_);
    if (!reader.faults.empty()) {
        return fail(Error("bad_snapshot", "the snapshot has faults", reader.faults.list()));
    }
    return meter;
}

}  // namespace suanpan::settlement
