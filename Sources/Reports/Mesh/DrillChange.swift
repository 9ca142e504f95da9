/// The body of `POST /v1/drills`.
package struct DrillChange: Codable, Sendable, Equatable {
    /// One of the drills of this program, which is begun.
    package var drill: String?
    /// What was shown of it; nil where nothing was.
    package var prediction: String?
    /// The one that runs is to end.
    package var stop: Bool?

    /// Something to be done.
    package init(drill: String? = nil, prediction: String? = nil, stop: Bool? = nil) {
        self.drill = drill
        self.prediction = prediction
        self.stop = stop
    }
}

/// The answer to it.
package struct DrillChangeReport: Codable, Sendable, Equatable {
    package var schema = ReportJSON.schema
    /// The drill that begins, or that was told to end.
    package var drill: String
    /// Of its process.
    package var pid: Int32

    /// What was done.
    package init(drill: String, pid: Int32) {
        self.drill = drill
        self.pid = pid
    }
}
