import ControlPlane
import LoadGenerator

/// `degrade report`.
enum ComparisonView {
    /// - Parameter found: as the report of a load has it.
    static func make(_ found: JSONValue) -> Report {
        let fields = ["share", "arms", "difference", "different"].map { ($0, found[$0]) }
        return Report(
            .document(fields), names: found["arms"].elements.compactMap { $0["arm"].text.map { "arm/\($0)" } }
        ) {
            _ in
            ReportJSON.decode(LoadReport.Comparison.self, Array(found.json(.compact).utf8))?.text
                ?? found.json() + "\n"
        }
    }
}
