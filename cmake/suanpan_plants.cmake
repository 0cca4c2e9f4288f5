# Faults put in on purpose (base/planted.hpp): these files have one or more, and only with this option.
option(SUANPAN_PLANTS "Build the faults that ./run chaos --break must notice (use the preset 'plant')" OFF)
if(SUANPAN_PLANTS)
  set_source_files_properties(
    core/market.cpp core/settle.cpp core/trades.cpp db/batch.cpp matching/engine_match.cpp
    matching/engine_orders.cpp services/publishing/publisher.cpp services/trading/batch_builder.cpp
    services/trading/sequencer.cpp
    PROPERTIES COMPILE_DEFINITIONS SUANPAN_PLANTS)
endif()
