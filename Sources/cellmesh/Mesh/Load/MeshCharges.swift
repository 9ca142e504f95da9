import Checkers
import ControlPlane
import LoadGenerator
import MeshBase
import Reports
import UVDriver

/// What the cells of a mesh do while a load is on it: how many calls they take up, and what they carry out under its keys. The
/// control plane is not asked.
struct MeshCharges {
    private let mesh: DataDirectory
    /// The processes of the cells when the load began, and the calls of its services so far.
    private let lives: [String: ProcessIdentity]
    private let calls: UInt64?
    private let services: [String]

    /// - Parameter services: those that the load calls and no other service does; none where this cannot be told apart.
    init(_ mesh: DataDirectory, services: [String]) {
        self.mesh = mesh
        self.services = services
        lives = Dictionary(Self.cells(mesh).map { ($0.name, $0.identity) }, uniquingKeysWith: { $1 })
        calls = Self.calls(mesh, services)
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

    /// Tells a load's report what the cells have counted.
    func complete(_ report: inout LoadReport, of load: LoadRun) {
        if let charges = load.charges { report.take(charges: count(load.keyPrefix, charges)) }
        report.amplify(
            calls: sameLives ? Self.calls(mesh, services).flatMap { after in calls.map { after &- $0 } } : nil)
    }

    private var sameLives: Bool { Self.cells(mesh).allSatisfy { lives[$0.name] == $0.identity } }

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

    /// Calls of these services in all cells so far; nil where a cell does not say.
    private static func calls(_ mesh: DataDirectory, _ services: [String]) -> UInt64? {
        guard !services.isEmpty else { return nil }
        var sum: UInt64 = 0
        for process in cells(mesh) where process.identity.isRunning {
            guard let page = get(process, "/metrics") else { return nil }
            for line in String(decoding: page, as: UTF8.self).split(separator: "\n")
            where line.hasPrefix("cellmesh_service_calls_total{") {
                guard services.contains(where: { line.contains("service=\"\($0)\"") }),
                    let count = line.split(separator: " ").last.flatMap({ Double($0) })
                else { continue }
                sum &+= UInt64(count)
            }
        }
        return sum
    }
}
