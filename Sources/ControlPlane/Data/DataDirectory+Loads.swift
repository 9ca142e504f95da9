import Reports
import UVDriver

extension DataDirectory {
    /// Where loads leave what they find, and tell how they fare.
    package var loadDirectory: String { path + "/load" }

    /// What a load that is under way tells of itself, anew each second.
    package func loadBoardPath(_ pid: Int32) -> String { "\(loadDirectory)/run-\(pid).json" }

    /// Of all loads, also of those that have ended without removing theirs; 64 at most.
    private var loadBoards: [String] {
        SystemFile.names(in: loadDirectory).lazy.filter { name in
            name.hasPrefix("run-") && name.hasSuffix(".json") && Int32(name.dropFirst(4).dropLast(5)) != nil
        }.prefix(64).map { "\(loadDirectory)/\($0)" }
    }

    private func load(_ path: String) -> LoadStatusReport.Load? {
        guard let content = (try? SystemFile.readOwn(path, most: 4 << 20)) ?? nil,
            let load = ReportJSON.decode(LoadStatusReport.Load.self, content),
            ProcessIdentity(pid: load.pid, startTime: load.startTime).isRunning
        else { return nil }
        return load
    }

    /// The loads under way, in the order in which they were started.
    package var loads: [LoadStatusReport.Load] {
        loadBoards.compactMap { load($0) }.sorted { ($0.startTime, $0.pid) < ($1.startTime, $1.pid) }
    }

    /// Removes what loads have left that were killed.
    package func sweepLoads() {
        for path in loadBoards where load(path) == nil { _ = try? SystemFile.remove(path) }
    }
}
