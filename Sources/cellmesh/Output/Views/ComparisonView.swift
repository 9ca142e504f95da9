import LoadGenerator
import Reports

/// `degrade report`.
enum ComparisonView {
    private struct Document: Encodable {
        var comparison: LoadReport.Comparison

        func encode(to encoder: any Encoder) throws {
            var container = encoder.container(keyedBy: CodingKeys.self)
            try container.encode(ReportJSON.schema, forKey: .schema)
            try comparison.encode(to: encoder)
        }
        private enum CodingKeys: String, CodingKey { case schema }
    }

    /// - Parameter found: as the report of a load has it.
    static func make(_ found: LoadReport.Comparison) -> Report {
        Report(Document(comparison: found), names: found.arms.map { "arm/\($0.arm)" }) { _ in found.text }
    }
}
