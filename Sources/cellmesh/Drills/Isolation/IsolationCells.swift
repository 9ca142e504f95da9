import CLibUV
import ControlPlane
import Glibc
import Laboratories
import MeshBase
import Reports
import UVDriver

/// Cells as the units of isolation: a mesh of their own, in a directory that is removed again, of which one is killed.
enum IsolationCells {
    /// Cells of the largest mesh that is started for it.
    static let most = 64
    private static let patience = TimeAmount.minutes(1)

    /// - Parameter file: the topology; the usual one where nil.
    static func measure(_ file: String?, cells: Int) throws -> IsolationReport.Unit {
        try inHome { home in
            let began = Pause.now()
            _ = try run(["up"] + (file.map { [$0] } ?? []) + ["--detach"], home)
            let start = Pause.now() - began
            defer { _ = try? run(["down"], home) }
            let before = try processes(home)
            guard let victim = before.first else { throw CommandFailure("the mesh has no cells") }
            let memory = before.compactMap { $0.proportionalBytes ?? $0.residentBytes }.reduce(0, +) / before.count
            _ = try run(["kill", "cell/\(victim.name)", "--yes"], home)
            let lost = try processes(home).count { $0.state == .down }
            return .init(units: cells, lost: lost, memory: memory, start: start / Int64(cells))
        }
    }

    private static func processes(_ home: String) throws -> [ProcessesReport.Row] {
        guard let document = ReportJSON.decode(ProcessesReport.self, try run(["ps", "-o", "json"], home)) else {
            throw CommandFailure("'cellmesh ps' said nothing that can be read")
        }
        return document.processes.filter { $0.role == "cell" }
    }

    /// With a home of its own, where nobody else's mesh is.
    private static func inHome<Result>(_ body: (String) throws -> Result) throws -> Result {
        var path = Array("/tmp/cellmesh-lab-XXXXXX".utf8CString)
        guard mkdtemp(&path) != nil else {
            throw CommandFailure("no directory for a mesh: \(String(cString: strerror(errno)))")
        }
        let home = path.withUnsafeBufferPointer { String(cString: $0.baseAddress!) }
        let names = ["CELLMESH_HOME", "CELLMESH_MESH"]
        let saved = names.map { getenv($0).map { String(cString: $0) } }
        setenv(names[0], home, 1)
        unsetenv(names[1])
        defer {
            for (name, value) in zip(names, saved) {
                if let value { setenv(name, value, 1) } else { unsetenv(name) }
            }
            try? DataDirectory(path: home).remove()
        }
        return try body(home)
    }

    /// Runs a command of this program to its end.
    /// - Returns: what it printed.
    private static func run(_ words: [String], _ home: String) throws -> [UInt8] {
        let (output, messages) = ("\(home)/output", "\(home)/messages")
        let files = [output, messages].map { (path: String) in
            cuv_open_errno(path, O_WRONLY | O_CREAT | O_TRUNC, 0o600)
        }
        defer { for file in files where file >= 0 { close(file) } }
        guard files.allSatisfy({ $0 >= 0 }) else { throw CommandFailure("no file in \(home)") }
        var exit: ChildProcess.Exit?
        do {
            let loop = try EventLoop()
            let launch = ProcessLaunch(
                executable: ExecutablePath.current, arguments: words, standardOutput: .file(files[0]),
                standardError: .file(files[1]))
            var limit: LoopTimer?
            let child = try ChildProcess.spawn(loop: loop, launch) {
                exit = $0
                limit?.close()
            }
            limit = try LoopTimer(loop: loop) { _ = try? child.kill(SIGKILL) }
            limit?.start(after: patience)
            loop.run()
            loop.close()
        } catch {
            throw CommandFailure("'cellmesh \(words[0])' cannot be started: \(error)")
        }
        guard exit?.isSuccess ?? false else {
            let said = ((try? SystemFile.read(messages)) ?? nil).map { String(decoding: $0.prefix(500), as: UTF8.self) }
            throw CommandFailure("'cellmesh \(words[0])' ended with \(exit?.description ?? "nothing"): \(said ?? "")")
        }
        return ((try? SystemFile.read(output)) ?? nil) ?? []
    }
}
