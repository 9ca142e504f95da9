import Glibc
import MeshBase
import Reports
import UVDriver

/// What a drill, or a game day, says of itself while it runs: `drill.run.json` in the mesh's directory. It counts while the very
/// process that wrote it holds the lock of drills; what a killed one has left counts for nothing.
package struct RunningDrill: Codable, Sendable, Equatable {
    /// Its name, or that of the game day with the drill under way.
    package var name: String
    /// The step under way, such as `baseline` or `method`.
    package var step: String
    /// When it began, in milliseconds since 1970.
    package var since: Int64
    /// The process that runs it.
    package var process: ProcessIdentity
    /// What was done last; nil where nothing was.
    package var detail: String?
    /// Those that are decided already, the first ones; nil where none is.
    package var claims: [FeedClaim]?

    /// One that this process begins.
    package init(_ name: String, step: String, since: Int64, process: ProcessIdentity = .current) {
        self.name = name
        self.step = step
        self.since = since
        self.process = process
    }

    /// As the feed has it.
    package var feed: FeedDrill {
        FeedDrill(name: name, step: step, since: since, detail: detail, claims: claims)
    }

    /// The longest document, in bytes: there is room for as many claims as are told, whatever their characters.
    static let mostBytes = 32_768
}

extension DataDirectory {
    /// Held by the process that runs a drill, or takes back what a killed one has left.
    package var drillLockPath: String { path + "/drill.lock" }
    /// See `RunningDrill`.
    package var drillRunPath: String { path + "/drill.run.json" }

    /// The drill, or game day, that runs; nil where none does.
    package var runningDrill: RunningDrill? {
        let content = (try? SystemFile.readOwn(drillRunPath, most: RunningDrill.mostBytes)) ?? nil
        guard let content, let drill = ReportJSON.decode(RunningDrill.self, content), drill.process.isRunning,
            ((try? FileLock.holder(of: drillLockPath)) ?? nil) == drill.process.pid
        else { return nil }
        return drill
    }

    /// Ends the drill that runs, or the game day with its drill: it takes back what it has in force, and does not wait for that.
    ///
    /// - Parameter sender: who ends it, as its report is to say: `cellmesh halt`.
    /// - Returns: what was told to end; nil where nothing runs.
    package func endDrill(by sender: String = "SIGTERM") -> RunningDrill? {
        guard let drill = runningDrill else { return nil }
        // Where it cannot be written, the drill says what it was sent.
        try? SystemFile.replace(drillEndPath, with: Array(sender.utf8), isDurable: false)
        guard (try? drill.process.kill(SIGTERM)) == true else { return nil }
        return drill
    }

    /// Who has ended the drill that runs.
    package var drillEndPath: String { path + "/drill.end" }
    /// Nobody has.
    package func forgetDrillEnd() { _ = try? SystemFile.remove(drillEndPath) }
}
