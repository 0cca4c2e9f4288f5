#include "client/catalogue.hpp"

#include "base/decimal.hpp"
#include "client/csv.hpp"

#include <algorithm>
#include <array>
#include <initializer_list>
#include <string>

namespace suanpan::client {
namespace {

constexpr std::size_t kRateDecimals = 3;
constexpr std::array<std::string_view, 6> kColumns{"id",    "device",     "vendor",
                                                   "class", "memory_gib", "source"};

// "0.2544" → "0.254": figures are cut, never rounded up.
std::string cut_decimals(const std::string& text) {
    const std::size_t point = text.find('.');
    if (point == std::string::npos) return text;
    return text.substr(0, std::min(text.size(), point + 1 + kRateDecimals));
}

Result<std::int64_t> whole(const std::string& text) {
    return text.empty() ? Result<std::int64_t>(0)
                        : parse_integer(std::string_view(text).substr(0, text.find('.')));
}

class Row {
 public:
    Row(const CsvTable& table, std::size_t row) : table_(table), row_(row) {}

    [[nodiscard]] std::string text(std::string_view column) const {
        return table_.has(column) ? table_.at(row_, column) : std::string();
    }
    // The first of the columns that has a figure.
    Result<void> rate(Json& peak, const char* compute_class,
                      std::initializer_list<std::string_view> columns) const {
        for (const auto column : columns) {
            const std::string figure = cut_decimals(text(column));
            if (figure.empty()) continue;
            const auto parsed = parse_rate(figure);
            if (!parsed) return fail(parsed.error());
            if (parsed->value > 0) peak[compute_class] = to_string(*parsed);
            break;
        }
        return {};
    }

 private:
    const CsvTable& table_;
    std::size_t row_;
};

Result<Json> body_of(const Row& row) {
    Json peak = Json::object();
    const bool processor = row.text("class") == "cpu";
    for (const auto& done : {
             row.rate(peak, "HPC-FP64", {"fp64_tflops"}),
             row.rate(peak, processor ? "GEN-FP32" : "AI-FP32", {"fp32_tflops"}),
             row.rate(peak, "AI-FP16", {"bf16_tflops", "fp16_tflops"}),
             row.rate(peak, "AI-FP8", {"fp8_tflops"}),
             row.rate(peak, "AI-INT8", {"int8_tops"}),
         }) {
        if (!done) return fail(done.error());
    }
    const auto memory = whole(row.text("memory_gib"));
    const auto bandwidth = whole(row.text("memory_bandwidth_gb_s"));
    if (!memory) return fail(memory.error());
    if (!bandwidth) return fail(bandwidth.error());
    Json body = {{"id", row.text("id")},
                 {"device", row.text("device")},
                 {"vendor", row.text("vendor")},
                 {"kind", row.text("class")},
                 {"peak", peak},
                 {"source", row.text("source").empty() ? "none found" : row.text("source")}};
    if (*memory > 0) body["memory_gib"] = *memory;
    if (*bandwidth > 0) body["memory_bandwidth_gb_s"] = *bandwidth;
    return body;
}

}  // namespace

Result<std::vector<Json>> catalogue_bodies(std::string_view csv) {
    const auto table = CsvTable::parse(csv);
    if (!table) return fail(table.error());
    for (const auto column : kColumns) {
        if (!table->has(column))
            return fail("bad_catalogue", "the column '" + std::string(column) + "' is missing");
    }
    std::vector<Json> bodies;
    for (std::size_t i = 0; i < table->size(); ++i) {
        auto body = body_of(Row(*table, i));
        if (!body) {
            return fail("bad_catalogue",
                        "device '" + table->at(i, "id") + "': " + body.error().detail());
        }
        bodies.push_back(std::move(*body));
    }
    return bodies;
}

}  // namespace suanpan::client
