import ControlPlane
import Glibc
import LoadGenerator
import Reports
import UVDriver

/// Where a detached load leaves its process, its report and its messages: `load/` in the mesh's data directory.
struct LoadDirectory {
    let path: String

    init(_ mesh: DataDirectory) { path = mesh.loadDirectory }

    var processPath: String { path + "/process.json" }
    var reportPath: String { path + "/report.json" }
    var logPath: String { path + "/log" }
    /// What the last load that saw a comparison of two levels has found.
    var comparisonPath: String { path + "/comparison.json" }

    func create() throws {
        do { try SystemFile.makeDirectory(path) } catch { throw CommandFailure("\(error)") }
    }

    /// Bytes that are kept on the disk for a report, which has some thousands.
    private static let reportRoom = 256 << 10
    private static let logRoom = 64 << 10

    /// Starts a load whose result is sure to find room: a report that nobody can read is not begun.
    ///
    /// - Parameters:
    ///   - reportRoom: bytes that are kept for its report.
    ///   - start: starts the process, with descriptors for what it prints and for its messages.
    /// - Throws: where nothing can be kept; no load runs then, and what a former one has left is still there.
    func begin(
        reportRoom: Int = Self.reportRoom, _ start: (_ output: Int32, _ messages: Int32) throws -> ProcessIdentity
    ) throws -> ProcessIdentity {
        try create()
        do {
            let report = try ReservedFile(reportPath, bytes: reportRoom)
            let log = try ReservedFile(logPath, bytes: Self.logRoom)
            let identity = try start(report.descriptor, log.descriptor)
            do {
                try remember(identity)
                try report.put()
                try log.put()
            } catch {
                // Nobody could stop it, or read what it finds.
                _ = try? identity.kill(SIGKILL)
                throw error
            }
            return identity
        } catch let failure as FileFailure {
            throw CommandFailure(
                "the load was not started, for its result would have no place: \(failure)",
                hint: "make room there; what an earlier load has left is untouched", next: "cellmesh doctor")
        }
    }

    private struct Process: Codable {
        var pid: Int32
        var startTime: UInt64

        private enum CodingKeys: String, CodingKey {
            case pid
            case startTime = "start_time"
        }
    }

    private func remember(_ identity: ProcessIdentity) throws(FileFailure) {
        let process = Process(pid: identity.pid, startTime: identity.startTime)
        try SystemFile.replace(processPath, with: ReportJSON.encode(process))
    }

    /// The load that was started last, running or not.
    var process: ProcessIdentity? {
        guard let content = (try? SystemFile.read(processPath, most: 65_536)) ?? nil,
            let process = ReportJSON.decode(Process.self, content), process.pid > 0
        else { return nil }
        return ProcessIdentity(pid: process.pid, startTime: process.startTime)
    }

    /// Keeps what a load has found of two levels, for `degrade report`.
    func keep(_ comparison: LoadReport.Comparison) throws {
        try create()
        try write(comparison, to: comparisonPath)
    }

    /// Nil where no load has seen a comparison.
    func comparison() throws -> LoadReport.Comparison? { try Self.document(comparisonPath) }

    /// What it has reported; nil until its end.
    func report() throws -> LoadReport? { try Self.document(reportPath) }

    private func write(_ value: some Encodable, to path: String) throws {
        do {
            try SystemFile.replace(path, with: ReportJSON.encode(value))
        } catch {
            throw CommandFailure("\(error)")
        }
    }

    /// - Throws: for a file that is there and is no such document.
    private static func document<Document: Decodable>(_ path: String) throws -> Document? {
        guard let content = (try? SystemFile.read(path)) ?? nil, !content.isEmpty else { return nil }
        do { return try ReportJSON.read(Document.self, content) } catch {
            throw CommandFailure("\(path) cannot be read: \(JSONFailure.describe(error))")
        }
    }
}
