/// `version -o json`.
package struct VersionReport: Codable, Sendable, Equatable {
    package var schema = ReportJSON.schema
    package var version: String
    /// Of data directories that it reads and writes.
    package var dataVersion: Int

    package init(version: String, dataVersion: Int) {
        self.version = version
        self.dataVersion = dataVersion
    }

    private enum CodingKeys: String, CodingKey {
        case schema, version
        case dataVersion = "data_version"
    }
}

/// `init -o json`: the paths of the files that were written.
package struct InitReport: Codable, Sendable, Equatable {
    package var schema = ReportJSON.schema
    package var files: [String]

    package init(files: [String]) { self.files = files }
}

/// `rm -o json`.
package struct RemovalReport: Codable, Sendable, Equatable {
    package var schema = ReportJSON.schema
    package var mesh: String
    /// The directory that is gone.
    package var removed: String

    package init(mesh: String, removed: String) {
        self.mesh = mesh
        self.removed = removed
    }
}

/// `load start -o json`.
package struct LoadStartReport: Codable, Sendable, Equatable {
    package var schema = ReportJSON.schema
    package var mesh: String
    /// Of the process that sends it.
    package var pid: Int32
    /// Requests a second.
    package var rate: Double
    package var durationMilliseconds: Int64
    package var router: String

    package init(mesh: String, pid: Int32, rate: Double, durationMilliseconds: Int64, router: String) {
        self.mesh = mesh
        self.pid = pid
        self.rate = rate
        self.durationMilliseconds = durationMilliseconds
        self.router = router
    }

    private enum CodingKeys: String, CodingKey {
        case schema, mesh, pid, rate
        case durationMilliseconds = "duration_ms"
        case router
    }
}

/// One line of a process's log: `logs -o json`, a document a line.
package struct LogRecord: Codable, Sendable, Equatable {
    package var process: String
    package var line: String

    package init(process: String, line: String) {
        self.process = process
        self.line = line
    }
}
