import ControlPlane
import Drills
import Laboratories
import Reports
import Telemetry

/// Keeps what a laboratory has found among the reports of a mesh.
struct LabReporter {
    let mesh: DataDirectory

    /// - Parameters:
    ///   - name: of the laboratory.
    ///   - document: as `-o json` has it.
    ///   - begun: nanoseconds since 1970.
    func keep(_ name: String, _ sheet: LabSheet, _ document: [UInt8], begun: Int64) throws {
        let store = ReportStore(mesh)
        let ended = WallClock.now()
        var report = RunReport(
            id: store.freeID("lab", wall: begun), kind: .lab, title: "\(name): \(sheet.title)", mesh: mesh.name,
            begun: ReportTime.string(begun), ended: ReportTime.string(ended),
            durationMilliseconds: Double(ended - begun) / 1_000_000, command: sheet.replay)
        report.reasons = sheet.lead
        report.environment = RunReport.Environment.current()
        try store.add(
            report.id,
            [
                ("report.json", ReportJSON.encode(report)), ("report.html", Array(LabPage.html(sheet).utf8)),
                ("lab.json", document),
            ])
    }
}
