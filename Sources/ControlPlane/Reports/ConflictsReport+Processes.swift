import Reports
import Topology

extension ConflictsReport {
    /// From answers of cells that keep records.
    init(_ pages: [ProcessName: Page?]) {
        self.init(pages: pages.sorted { $0.key < $1.key }.map { ($0.key.name, $0.value) })
    }
}
