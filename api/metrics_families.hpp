#pragma once

// Figures with labels. Inside api/metrics*.cpp only.

#include <prometheus/counter.h>
#include <prometheus/gauge.h>
#include <prometheus/histogram.h>
#include <prometheus/labels.h>
#include <prometheus/registry.h>

#include <map>
#include <mutex>
#include <string>

namespace suanpan::api {

// Looking a metric up in its family costs more than counting. Thread-safe.
class Counters {
 public:
    Counters(prometheus::Registry& registry, const std::string& name, const std::string& help)
        : family_(prometheus::BuildCounter().Name(name).Help(help).Register(registry)) {}

    prometheus::Counter& of(const prometheus::Labels& labels) {
        const std::scoped_lock lock(mutex_);
        auto& place = known_[labels];
        if (place == nullptr) place = &family_.Add(labels);
        return *place;
    }

 private:
    prometheus::Family<prometheus::Counter>& family_;
    std::mutex mutex_;
    std::map<prometheus::Labels, prometheus::Counter*> known_;
};

// Gauges that come and go with what they count: what once was there and is there no more is zero,
// so that an alert on it ends. Not thread-safe.
class LabelledGauges {
 public:
    LabelledGauges(prometheus::Registry& registry, const std::string& name, const std::string& help)
        : family_(prometheus::BuildGauge().Name(name).Help(help).Register(registry)) {}

    void clear() {
        for (const auto& [labels, gauge] : known_)
            gauge->Set(0);
    }
    void set(const prometheus::Labels& labels, double value) {
        auto& place = known_[labels];
        if (place == nullptr) place = &family_.Add(labels);
        place->Set(value);
    }

 private:
    prometheus::Family<prometheus::Gauge>& family_;
    std::map<prometheus::Labels, prometheus::Gauge*> known_;
};

}  // namespace suanpan::api
