import MeshBase
import Resilience

extension LoadReport {
    /// Two degradation levels side by side, each with what its customers had; intervals are those of 95 %.
    package struct Comparison: Hashable, Sendable, Codable {
        package struct Estimate: Hashable, Sendable, Codable {
            /// Nil where there was nothing to go by.
            package var value: Double?
            package var low: Double?
            package var high: Double?
        }
        /// By name: `success`, `abandonment`, `p99_ms`, `quality`, written in this order.
        package struct Figures: Hashable, Sendable, Codable {
            package var byName: [String: Estimate]

            init(_ byName: [String: Estimate]) { self.byName = byName }
            package subscript(name: String) -> Estimate? { byName[name] }

            package init(from decoder: any Decoder) throws { byName = try [String: Estimate](from: decoder) }
            package func encode(to encoder: any Encoder) throws {
                var container = encoder.container(keyedBy: Key.self)
                for name in Comparison.names {
                    if let figure = byName[name] { try container.encode(figure, forKey: Key(stringValue: name)) }
                }
            }
            private struct Key: CodingKey {
                let stringValue: String
                var intValue: Int? { nil }
                init(stringValue: String) { self.stringValue = stringValue }
                init?(intValue: Int) { nil }
            }
        }
        package struct Arm: Hashable, Sendable, Codable {
            package var arm: String
            package var level: String
            package var customers: Int
            package var requests: UInt64
            package var figures: Figures
        }
        /// Of customers in arm b.
        package var share: Double
        package var arms: [Arm]
        /// b less a.
        package var difference: Figures
        /// Figures in which the arms differ for certain: the interval of the difference leaves out zero.
        package var different: [String]

        init(_ entry: ComparisonEntry, _ report: ComparisonReport) {
            share = entry.share
            arms = [(ComparisonArm.a, entry.a, report.a), (.b, entry.b, report.b)].map { arm, level, had in
                Arm(
                    arm: "\(arm.name)", level: "\(level.name)", customers: had.customers, requests: had.requests,
                    figures: Self.figures(had.figures))
            }
            difference = Self.figures(report.difference)
            different = report.different
        }

        private static func figures(_ figures: ComparisonReport.Figures) -> Figures {
            Figures(
                Dictionary(
                    uniqueKeysWithValues: figures.all.map {
                        (
                            "\($0.name)",
                            Estimate(value: $0.estimate.value, low: $0.estimate.low, high: $0.estimate.high)
                        )
                    }))
        }

        static let names = ["success", "abandonment", "p99_ms", "quality"]

        /// For people.
        package var text: String { lines.map { "\($0.name.isEmpty ? "" : $0.name + "  ")\($0.text)\n" }.joined() }

        /// A line for each arm, and one for what differs.
        var lines: [(name: String, text: String)] {
            var lines: [(name: String, text: String)] = arms.map { arm in
                let figures = Self.names.compactMap { name in arm.figures[name].flatMap { Self.text(name, $0) } }
                return (
                    "arm \(arm.arm)",
                    "\(arm.level): \(arm.customers) customers, \(arm.requests) requests; "
                        + figures.joined(separator: ", ")
                )
            }
            lines.append(
                (
                    "",
                    different.isEmpty
                        ? "no figure differs for certain"
                        : "differ for certain: "
                            + different.joined(separator: ", ")
                ))
            return lines
        }

        /// `success 99.2 % (98.9 to 99.5)`.
        private static func text(_ name: String, _ figure: Estimate) -> String? {
            guard let value = figure.value else { return nil }
            let isTime = name == "p99_ms"
            func number(_ value: Double) -> String {
                let tenths = (isTime ? value : value * 100) * 10
                return "\(Double(Int64(tenths.rounded())) / 10)"
            }
            let interval = figure.low.flatMap { low in
                figure.high.map { " (\(number(low)) to \(number($0)))" }
            }
            return "\(isTime ? "p99" : name) \(number(value)) \(isTime ? "ms" : "%")\(interval ?? "")"
        }
    }
}
