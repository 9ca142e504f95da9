import Telemetry

/// Customers whose cells were chosen by hand.
enum PinsView {
    private static let keys = [
        "customer", "hash", "cohort", "epoch", "phase", "cells", "leaving", "home", "ends",
    ]

    /// - Parameter customer: whom alone the answer is about; nil for all.
    static func make(_ answer: JSONValue, of customer: String? = nil) -> Report {
        let pins = answer["pins"].elements.map { $0.ordered(keys) }
        let count = answer["count"].int ?? pins.count
        let document = JSONValue.document([("pins", .array(pins)), ("count", .integer(count))])
        return Report(document, names: pins.compactMap { $0["customer"].text.map { "customer/\($0)" } }) { style in
            guard !pins.isEmpty else { return customer.map { "\($0) is not pinned\n" } ?? "no customer is pinned\n" }
            var table = style.table([
                .init("CUSTOMER"), .init("CELLS"), .init("STATE"), .init("LEAVES"), .init("EPOCH", .right, wide: true),
                .init("COHORT", .right, wide: true), .init("HASH", wide: true), .init("HOME", wide: true),
            ])
            for pin in pins {
                table.add([
                    .init(pin["customer"].text ?? "#\(pin["hash"].text ?? "")"), .init(list(pin["cells"])),
                    .init(state(pin), pin["phase"].text == "stable" ? .plain : .yellow),
                    .init(pin["leaving"].elements.isEmpty ? "-" : list(pin["leaving"])),
                    .init(EvacuationView.number(pin["epoch"])), .init(EvacuationView.number(pin["cohort"])),
                    .init(pin["hash"].text ?? ""), .init(pin["home"].elements.isEmpty ? "-" : list(pin["home"])),
                ])
            }
            return table.render()
                + (count > pins.count ? "\(Wording.count(count - pins.count)) more are not listed\n" : "")
        }
    }

    /// `pins rm`.
    static func removed(_ customer: String, _ answer: JSONValue) -> Report {
        let rest = make(answer)
        let isGone = answer["pins"].elements.isEmpty
        return Report(rest.document, names: isGone ? ["customer/\(customer)"] : rest.names) { style in
            isGone ? "\(customer) is back with its cohort\n" : rest.table(style)
        }
    }

    private static func state(_ pin: JSONValue) -> String {
        switch pin["phase"].text {
        case "stable": "pinned"
        case "joint": pin["ends"].flag == true ? "returning (joint)" : "moving (joint)"
        case "new": pin["ends"].flag == true ? "returned (new)" : "moved (new)"
        default: "-"
        }
    }

    private static func list(_ cells: JSONValue) -> String {
        cells.elements.compactMap(\.text).joined(separator: ", ")
    }
}
