#pragma once

#include <string_view>

namespace suanpan::services {

// All of a statement's page before its title. A row is never cut by the end of a sheet, a table's
// head stands on every sheet.
inline constexpr std::string_view kStatementHead = R"(<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<style>
@page { size: A4; margin: 16mm 14mm 18mm; @bottom-right { content: counter(page) " / " counter(pages); font: 8pt sans-serif; } }
body { font: 9pt/1.4 "Noto Sans", "Noto Sans CJK SC", "DejaVu Sans", "Helvetica Neue", Arial, sans-serif; color: #1a1a1a; max-width: 190mm; margin: 10mm auto; padding: 0 4mm; }
header { border-bottom: 1.5pt solid #1a1a1a; margin-bottom: 6mm; }
h1 { font-size: 20pt; margin: 0 0 3mm; }
h2 { font-size: 10.5pt; margin: 6mm 0 1.5mm; break-after: avoid; }
p { margin: 0 0 1.5mm; break-after: avoid; }
.issuer { color: #555; margin: 0; }
dl { display: grid; grid-template-columns: 28mm auto; margin: 0 0 3mm; }
dt { color: #555; }
dd { margin: 0; overflow-wrap: anywhere; }
table { border-collapse: collapse; width: 100%; font-size: 7.5pt; font-variant-numeric: tabular-nums; }
thead { display: table-header-group; }
th { text-align: right; font-weight: 600; border-bottom: 0.75pt solid #1a1a1a; padding: 0.6mm 1mm; }
td { text-align: right; padding: 0.5mm 1mm; border-bottom: 0.25pt solid #ddd; white-space: nowrap; }
th:first-child, td:first-child, th:nth-child(2), td:nth-child(2) { text-align: left; }
tr { break-inside: avoid; }
tr.sum td { font-weight: 600; border-top: 0.75pt solid #1a1a1a; border-bottom: none; }
table.totals { width: 110mm; font-size: 9pt; break-inside: avoid; margin-bottom: 4mm; }
table.totals th, table.totals td:nth-child(2) { text-align: right; }
table.totals th:first-child { text-align: left; }
@media print { body { margin: 0; padding: 0; max-width: none; } .screen { display: none; } }
</style>
)";

}  // namespace suanpan::services
