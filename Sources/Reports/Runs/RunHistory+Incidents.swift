extension RunHistory {
    /// Which processes are down, or are to end, and why: so that what somebody does about an incident is told from a new one.
    struct ExpectedEnds {
        enum News {
            case none
            /// It was started again where it was down or stopped, or has left as it was to.
            case remedy
            /// It ended, and nobody has seen to that.
            case crash
        }

        private var down: Set<String> = []
        /// Those whose predecessor goes, or that are not needed any more.
        private var leaving: Set<String> = []

        mutating func take(_ record: EventRecord) -> News {
            guard record.type == "process" else { return .none }
            let detail = record.attributes["detail"]?.text ?? ""
            switch record.action {
            case "kill", "pause": down.insert(record.id)
            case "ready", "resume": down.remove(record.id)
            case "retired": leaving.insert(record.id)
            case "restart" where down.contains(record.id) || detail == "was down":
                down.insert(record.id)
                return .remedy
            case "restart" where detail.hasPrefix("beside"): leaving.insert(record.id)
            case "restart": down.insert(record.id)
            case "exited":
                if leaving.remove(record.id) != nil { return .remedy }
                if record.attributes["expected"] == .flag(true) { return .none }
                return down.insert(record.id).inserted ? .crash : .none
            default: break
            }
            return .none
        }
    }

    private static let mostIncidents = 50
    /// What is killed within so many milliseconds is one incident: a region is killed in one go.
    static let burst = 1_000.0

    static func causes(_ moments: [RunMoment], _ crashes: Set<Int>) -> [RunIncident] {
        var incidents: [RunIncident] = []
        for (index, moment) in moments.enumerated() where moment.at >= 0 {
            guard moment.class == .cause || crashes.contains(index) else { continue }
            // Each fault has an end of its own; of processes only the same deed is one.
            let isShared = moment.what.hasPrefix("process")
            if isShared, let last = incidents.last, moment.at - last.cause <= burst,
                deed(last.what) == deed(moment.what)
            {
                if !last.subjects.contains(moment.subject) {
                    incidents[incidents.count - 1].subjects.append(moment.subject)
                }
                continue
            }
            guard incidents.count < mostIncidents else { break }
            incidents.append(
                RunIncident(
                    subjects: [moment.subject], what: moment.what, cause: moment.at, detection: nil, impact: nil,
                    recovery: nil, failed: 0))
        }
        return incidents
    }

    /// `process kill`.
    private static func deed(_ what: String) -> ArraySlice<Substring> { what.split(separator: " ").prefix(2) }
}
