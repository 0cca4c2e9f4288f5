#include "tests/settlement/random_contracts.hpp"

#include <algorithm>

namespace suanpan::settlement {

OrganisationId test_organisation(std::uint8_t n) {
    OrganisationId id;
    id.bytes[0] = 9;
    id.bytes[15] = n;
    return id;
}

Ppm RandomContracts::ppm() {
    const std::int64_t kind = below(4);
    return Ppm(kind == 0 ? 0 : kind == 1 ? kPpm : below(kPpm + 1));
}

ContractTerms RandomContracts::terms() {
    ContractTerms out;
    out.price = Price(one_in(3) ? below(10) : below(100'000'000));
    out.price_unit = one_in(2) ? Unit::kLot : Unit::kCu;
    out.rate = Rate(1 + below(1'000'000));
    out.lots = Lots(1 + below(200));
    out.window.start = Time(below(100'000));
    out.window.end = Time(out.window.start.value + 1 + below(30'000));
    out.fees = FeeTerms{ppm(), ppm(), Price(below(1'000)), Price(below(1'000)), ppm(), ppm()};
    if (one_in(3)) out.fees = FeeTerms{};
    return out;
}

std::vector<Window> RandomContracts::windows(const Window& contract) {
    std::vector<Window> out;
    for (Time at = contract.start; at < contract.end; at = out.back().end) {
        const Time end = std::min(Time((at.value / 3600 + 1) * 3600), contract.end);
        out.push_back(Window{at, end});
    }
    return out;
}

WindowInput RandomContracts::input(const ContractTerms& terms, const Window& window) {
    WindowInput out;
    out.window = window;
    const std::int64_t most = terms.lots.value * window.length().value * 1'000'000;
    out.final_lot_us = one_in(3) ? most : below(most + 1);
    out.credit = one_in(2) ? Ppm(0) : ppm();
    out.discount = one_in(2) ? Ppm(0) : ppm();
    if (one_in(3)) out.metered = MeteredUse{below(out.final_lot_us + 1), ppm()};
    return out;
}

VoucherTerms RandomContracts::voucher(const ContractTerms& terms) {
    VoucherTerms out;
    out.share = ppm();
    if (one_in(2)) out.price_cap = Price(below(terms.price.value * 2 + 2));
    return out;
}

std::vector<OwnerShare> RandomContracts::owners() {
    std::vector<OwnerShare> out;
    std::int64_t rest = kPpm;
    while (rest > 0 && out.size() < 6) {
        const std::int64_t share = out.size() == 5 ? rest : 1 + below(rest);
        out.push_back(
            OwnerShare{test_organisation(static_cast<std::uint8_t>(out.size())), Ppm(share)});
        rest -= share;
    }
    return out;
}

}  // namespace suanpan::settlement
