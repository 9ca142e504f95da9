import ControlPlane
import Glibc
import UVDriver

/// Where a detached load leaves its process, its report and its messages: `load/` in the mesh's data directory.
struct LoadDirectory {
    let path: String

    init(_ mesh: DataDirectory) { path = mesh.path + "/load" }

    var processPath: String { path + "/process.json" }
    var reportPath: String { path + "/report.json" }
    var logPath: String { path + "/log" }
    /// What the last load that saw a comparison of two levels has found.
    var comparisonPath: String { path + "/comparison.json" }

    func create() throws {
        do { try SystemFile.makeDirectory(path) } catch { throw CommandFailure("\(error)") }
    }

    func remember(_ identity: ProcessIdentity) throws {
        let json = JSONValue.object([
            ("pid", .integer(identity.pid)), ("start_time", .integer(identity.startTime)),
        ])
        try write(json, to: processPath)
    }

    /// The load that was started last, running or not.
    var process: ProcessIdentity? {
        guard let content = (try? SystemFile.read(processPath, most: 65_536)) ?? nil,
            let json = JSONParser.parse(content),
            let pid = json["pid"].int, let start = json["start_time"].int, pid > 0, pid <= Int(Int32.max), start >= 0
        else { return nil }
        return ProcessIdentity(pid: Int32(pid), startTime: UInt64(start))
    }

    /// Keeps what a load has found of two levels, for `degrade report`.
    func keep(_ comparison: JSONValue) throws {
        try create()
        try write(comparison, to: comparisonPath)
    }

    /// Nil where no load has seen a comparison.
    var comparison: JSONValue? { Self.document(comparisonPath) }

    /// What it has reported; nil until its end.
    var report: JSONValue? { Self.document(reportPath) }

    private func write(_ json: JSONValue, to path: String) throws {
        do {
            try SystemFile.replace(path, with: Array((json.json(.compact) + "\n").utf8))
        } catch {
            throw CommandFailure("\(error)")
        }
    }

    private static func document(_ path: String) -> JSONValue? {
        guard let content = (try? SystemFile.read(path)) ?? nil else { return nil }
        return JSONParser.parse(content)
    }
}
