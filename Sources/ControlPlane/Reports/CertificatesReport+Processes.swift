import Reports
import Topology

extension CertificatesReport {
    /// From answers of processes; the control plane's own last.
    init(_ pages: [ProcessName: CertificatePage?], own: CertificatePage, authority: String) {
        let sorted = pages.sorted { $0.key < $1.key }
        self.init(
            processes: sorted.compactMap { name, page in page.map { Row(name: "\(name)", page: $0) } }
                + [Row(name: "control", page: own)],
            silent: sorted.filter { $0.value == nil }.map { "\($0.key)" }, authority: authority)
    }
}
