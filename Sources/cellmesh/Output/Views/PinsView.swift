import Reports
import Telemetry

/// Customers whose cells were chosen by hand.
enum PinsView {
    /// - Parameter customer: whom alone the answer is about; nil for all.
    static func make(_ report: PinsReport, of customer: String? = nil) -> Report {
        let (pins, count) = (report.pins, report.count)
        return Report(report, names: names(report)) { style in
            guard !pins.isEmpty else { return customer.map { "\($0) is not pinned\n" } ?? "no customer is pinned\n" }
            var table = style.table([
                .init("CUSTOMER"), .init("CELLS"), .init("STATE"), .init("LEAVES"), .init("EPOCH", .right, wide: true),
                .init("COHORT", .right, wide: true), .init("HASH", wide: true), .init("HOME", wide: true),
            ])
            for pin in pins {
                table.add([
                    .init(pin.customer ?? "#\(pin.hash)"), .init(list(pin.cells)),
                    .init(state(pin), pin.phase == "stable" ? .plain : .yellow),
                    .init(pin.leaving.isEmpty ? "-" : list(pin.leaving)), .init(pin.epoch), .init(pin.cohort),
                    .init(pin.hash), .init(pin.home.isEmpty ? "-" : list(pin.home)),
                ])
            }
            return table.render()
                + (count > pins.count ? "\(Wording.count(count - pins.count)) more are not listed\n" : "")
        }
    }

    /// `pins rm`.
    static func removed(_ customer: String, _ report: PinsReport) -> Report {
        let rest = make(report)
        let isGone = report.pins.isEmpty
        return Report(report, names: isGone ? ["customer/\(customer)"] : rest.names) { style in
            isGone ? "\(customer) is back with its cohort\n" : rest.table(style)
        }
    }

    private static func names(_ report: PinsReport) -> [String] {
        report.pins.compactMap { $0.customer.map { "customer/\($0)" } }
    }

    private static func state(_ pin: PinsReport.Pin) -> String {
        switch pin.phase {
        case "stable": "pinned"
        case "joint": pin.ends ? "returning (joint)" : "moving (joint)"
        case "new": pin.ends ? "returned (new)" : "moved (new)"
        default: "-"
        }
    }

    private static func list(_ cells: [String]) -> String { cells.joined(separator: ", ") }
}
