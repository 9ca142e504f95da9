import Checkers
import ControlPlane
import LoadGenerator
import MeshBase
import Reports
import UVDriver

/// What the processes of a mesh do while a load is on it: which attempts they begin, and what cells carry out under its keys.
/// The control plane is not asked.
struct MeshCharges {
    private let mesh: DataDirectory
    /// The processes when the load began, and what they had begun.
    private let lives: [String: ProcessIdentity]
    private let attempts: (routers: LoadReport.Attempts, cells: LoadReport.Attempts)?

    init(_ mesh: DataDirectory) {
        self.mesh = mesh
        lives = Dictionary(mesh.processes.map { ($0.name, $0.identity) }, uniquingKeysWith: { $1 })
        attempts = Self.attempts(mesh)
    }

    private static func cells(_ mesh: DataDirectory) -> [ProcessFile] {
        mesh.processes.filter { $0.role == "cell" }
    }

    private static func get(_ process: ProcessFile, _ path: String) -> [UInt8]? {
        guard process.identity.isRunning, let admin = process.addresses.admin,
            let answer = try? BlockingHTTPClient.send(HTTPOutgoing(.get, admin, path), timeout: .seconds(2)).get(),
            answer.isSuccess
        else { return nil }
        return Array(answer.body)
    }

    /// Tells a load's report what they have counted.
    func complete(_ report: inout LoadReport, of load: LoadRun) {
        if let charges = load.charges { report.take(charges: count(load.keyPrefix, charges)) }
        guard mesh.processes.allSatisfy({ lives[$0.name] == $0.identity }), let before = attempts,
            let after = Self.attempts(mesh)
        else { return }
        report.amplify(routers: after.routers - before.routers, cells: after.cells - before.cells)
    }

    private func count(_ prefix: String, _ told: ChargeChecker) -> ChargeChecker {
        var checker = told
        for process in Self.cells(mesh) {
            guard let body = Self.get(process, ChargesPage.path(of: prefix)),
                let page = ReportJSON.decode(ChargeCounts.self, body)
            else {
                checker.lacks(process.name)
                continue
            }
            for (rest, times) in page.charges {
                guard let key = UInt64(rest) else { continue }
                checker.charged(key, times: UInt32(clamping: times), by: process.name)
            }
            // What its former life has carried out it does not know.
            let isWhole = lives[process.name].map { $0 == process.identity } ?? true
            if !isWhole || page.forgotten > 0 { checker.lacks(process.name) }
        }
        return checker
    }

    /// What routers have begun of calls to services, and cells of calls between services; nil where one does not say.
    private static func attempts(_ mesh: DataDirectory) -> (routers: LoadReport.Attempts, cells: LoadReport.Attempts)? {
        var (routers, cells) = (LoadReport.Attempts(), LoadReport.Attempts())
        for process in mesh.processes where process.identity.isRunning {
            guard let page = get(process, "/metrics") else { return nil }
            let text = String(decoding: page, as: UTF8.self)
            for (labels, count) in MetricLines.series(of: "cellmesh_attempts_total", in: text)
            where !labels.contains("/records\"") {
                if process.role == "cell" {
                    cells.add(UInt64(count), labels)
                } else {
                    routers.add(UInt64(count), labels)
                }
            }
        }
        return (routers, cells)
    }
}

extension LoadReport.Attempts {
    fileprivate mutating func add(_ count: UInt64, _ labels: Substring) {
        if labels.contains("kind=\"first\"") { first += count }
        if labels.contains("kind=\"retry\"") { retry += count }
        if labels.contains("kind=\"hedge\"") { hedge += count }
    }
}
