#include "apps/suanpan-meter/kernel_sources.hpp"

#include "apps/suanpan-meter/text_file.hpp"
#include "base/checked.hpp"

#include <unistd.h>

#include <algorithm>
#include <charconv>
#include <limits>
#include <map>
#include <utility>

namespace suanpan::meter {
namespace {

std::int64_t lot_time_us(std::int64_t cpu_us, const CpuShare& share) {
    return narrow(Int128{cpu_us} * share.lots.value / share.cpus)
        .value_or(std::numeric_limits<std::int64_t>::max());
}

std::int64_t number_of(std::string_view word) {
    std::int64_t value = 0;
    std::from_chars(word.data(), word.data() + word.size(), value);
    return value;
}

// The first line of /proc/stat, proc(5): user nice system idle iowait irq softirq steal …, in
// ticks.
std::optional<std::int64_t> busy_ticks(std::string_view stat) {
    if (take_word(stat) != "cpu") return std::nullopt;
    constexpr int kFields = 8;
    constexpr int kIdle = 3;
    constexpr int kWaiting = 4;
    std::int64_t sum = 0;
    for (int i = 0; i < kFields; ++i) {
        const std::int64_t ticks = number_of(take_word(stat));
        if (i != kIdle && i != kWaiting) sum += ticks;
    }
    return sum;
}

struct NetBytes {
    std::int64_t in = 0;
    std::int64_t out = 0;
};

// net/dev: two lines of titles, then "name: bytes packets errs drop fifo frame compressed multicast
// bytes …", the second eight being sent.
std::map<std::string, NetBytes> parse_net_dev(std::string_view text) {
    constexpr int kTitles = 2;
    constexpr int kReceivedFields = 8;
    std::map<std::string, NetBytes> out;
    for (int line_number = 0; !text.empty(); ++line_number) {
        const std::size_t size = std::min(text.find('\n'), text.size());
        std::string_view line = text.substr(0, size);
        text.remove_prefix(std::min(size + 1, text.size()));
        const std::size_t colon = line.find(':');
        if (line_number < kTitles || colon == std::string_view::npos) continue;
        std::string_view name = line.substr(0, colon);
        line.remove_prefix(colon + 1);
        NetBytes bytes;
        bytes.in = number_of(take_word(line));
        for (int i = 1; i < kReceivedFields; ++i)
            take_word(line);
        bytes.out = number_of(take_word(line));
        out.emplace(take_word(name), bytes);
    }
    return out;
}

}  // namespace

CgroupSource::CgroupSource(std::filesystem::path folder, CpuShare share)
    : folder_(std::move(folder)), share_(share) {}

void CgroupSource::read(Sample& sample) {
    const auto stat = read_text(folder_ / "cpu.stat");
    const auto used = stat ? find_number(*stat, "usage_usec") : std::nullopt;
    if (!used) {
        set_gone(sample, stat ? (folder_ / "cpu.stat").string() + " has no usage_usec"
                              : stat.error().detail());
        return;
    }
    sample.raw.busy_us = lot_time_us(*used, share_);
    const auto current = read_number(folder_ / "memory.current");
    const auto peak = read_number(folder_ / "memory.peak");
    // The peak is of all time: it says something of this sample when it has just grown.
    const bool grew = peak && peak_b_ && *peak > *peak_b_;
    sample.gauges.memory_max_b = grew ? peak : current;
    peak_b_ = peak;
}

ProcSource::ProcSource(std::filesystem::path proc, CpuShare share)
    : proc_(std::move(proc)), share_(share) {}

void ProcSource::read(Sample& sample) {
    const auto stat = read_text(proc_ / "stat");
    const auto ticks = stat ? busy_ticks(*stat) : std::nullopt;
    if (!ticks) {
        set_gone(sample, "cannot read " + (proc_ / "stat").string());
        return;
    }
    static const std::int64_t kTickUs = kMicro / ::sysconf(_SC_CLK_TCK);
    sample.raw.busy_us = lot_time_us(*ticks * kTickUs, share_);
    const auto memory = read_text(proc_ / "meminfo");
    if (!memory) return;
    const auto total = find_number(*memory, "MemTotal:");
    const auto available = find_number(*memory, "MemAvailable:");
    if (total && available) sample.gauges.memory_max_b = (*total - *available) * 1'024;
}

NetSource::NetSource(std::filesystem::path proc, std::vector<std::string> interfaces)
    : proc_(std::move(proc)), interfaces_(std::move(interfaces)) {}

void NetSource::read(Sample& sample) {
    const auto text = read_text(proc_ / "net" / "dev");
    if (!text) return;
    const auto all = parse_net_dev(*text);
    NetBytes sum;
    for (const std::string& name : interfaces_) {
        const auto found = all.find(name);
        // A sum over fewer interfaces would fall: no counter is better than a wrong one.
        if (found == all.end()) return;
        sum.in += found->second.in;
        sum.out += found->second.out;
    }
    sample.raw.net_in_b = sum.in;
    sample.raw.net_out_b = sum.out;
}

std::vector<std::string> list_interfaces(const std::filesystem::path& proc) {
    std::vector<std::string> out;
    const auto text = read_text(proc / "net" / "dev");
    if (!text) return out;
    for (const auto& [name, bytes] : parse_net_dev(*text)) {
        if (name != "lo") out.push_back(name);
    }
    return out;
}

}  // namespace suanpan::meter
