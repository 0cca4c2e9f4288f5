#pragma once

// The device catalogue as a file (columns as in seed/device_models.csv) and as the server takes it.

#include "base/json.hpp"
#include "base/result.hpp"

#include <nlohmann/json.hpp>

#include <string_view>
#include <vector>

namespace suanpan::client {

// Bodies for POST /v1/device-models, in the file's order. Peak dense rates by compute class, in CU
// (10^12 operations a second), cut to three decimals; a class without a sourced figure is left out:
//   HPC-FP64 fp64, AI-FP32 fp32, AI-FP16 bf16 or else fp16, AI-FP8 fp8, AI-INT8 int8,
//   GEN-FP32 fp32 of processors (class `cpu`).
// Errors: `bad_csv`, `bad_catalogue` with the row.
Result<std::vector<Json>> catalogue_bodies(std::string_view csv);

}  // namespace suanpan::client
