import Reports
import Telemetry

/// `membership certs`.
enum CertificatesView {
    static func make(_ report: CertificatesReport) -> Report {
        Report(report, names: report.processes.map(\.name)) { style in
            var table = style.table([
                .init("PROCESS"), .init("SERIAL", wide: true), .init("UNTIL"), .init("MADE", .right),
                .init("SECURED", .right), .init("REFUSED", .right),
            ])
            for row in report.processes {
                let page = row.page
                let refused = page.unsecured.filter { $0.value > 0 }.sorted { $0.key < $1.key }
                table.add([
                    .init(row.name), .init(page.serial ?? "-"), .init(page.notAfter ?? "no other host yet"),
                    .init(page.made), .init(page.secured),
                    .init(refused.isEmpty ? "0" : refused.map { "\($0.value) \($0.key)" }.joined(separator: ", ")),
                ])
            }
            return table.render()
                + (report.silent.isEmpty ? "" : "no answer: \(report.silent.joined(separator: ", "))\n")
        }
    }
}
