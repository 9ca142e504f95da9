import MeshBase

/// What is the same in the vitals of every process.
package enum Vitals {
    /// The longest text of a reason, in characters.
    package static let longestReason = 120

    /// Something that happened at a process a moment ago.
    package struct News: Codable, Sendable, Equatable {
        /// Counts the events of one life; whoever has it has all before it.
        package var n: UInt64
        /// As it is in the process's log.
        package var event: EventRecord

        /// Events of one document at most.
        package static let most = 16
        /// For so long an event is told, in milliseconds: longer than anybody who follows a process waits.
        package static let lifetime: Int64 = 10_000

        /// One of them.
        package init(n: UInt64, event: EventRecord) {
            self.n = n
            self.event = event
        }
    }

    /// How noisy the host is, as this process sees it.
    package struct Host: Codable, Sendable, Equatable {
        /// Share of the last 10 s in which some task waited for a processor, 0...1 (`/proc/pressure/cpu`, `some avg10`); nil
        /// where the kernel does not say.
        package var pressure: Double?
        /// Share of the processors' time that the hypervisor took since it was last told, 0...1 (`/proc/stat`).
        package var steal: Double?
        /// Of the process's timer of 10 ms over the last 10 s: how late 99 of 100 were, in milliseconds.
        package var latenessMilliseconds: Double?

        /// Nothing known.
        package init(pressure: Double? = nil, steal: Double? = nil, latenessMilliseconds: Double? = nil) {
            self.pressure = pressure
            self.steal = steal
            self.latenessMilliseconds = latenessMilliseconds
        }

        private enum CodingKeys: String, CodingKey {
            case pressure, steal
            case latenessMilliseconds = "lateness_p99_ms"
        }
    }

    /// The membership as this process believes it, so that views can be compared without being sent.
    package struct View: Codable, Sendable, Equatable {
        /// 64 bits in hexadecimal over names and statuses, as `Agreement` compares them (live members by status, unsteady
        /// ones as alive): equal for equal views.
        package var digest: String
        /// Members alive or suspect (`cellmesh_swim_members`).
        package var members: Int

        /// One view.
        package init(digest: String, members: Int) {
            self.digest = digest
            self.members = members
        }
    }

    /// A gate that is not closed.
    package struct Gate: Codable, Sendable, Equatable {
        /// Who calls: a service, or the router's name.
        package var from: String
        /// Whom: a service, of a router `SERVICE@CELL`.
        package var to: String
        /// As `BreakersReport.Gate.state`.
        package var state: String
        /// Since its state changed, in milliseconds.
        package var sinceMilliseconds: Int64
        /// Share of failures among `calls`, 0...1; nil below the volume.
        package var failure: Double?
        /// Calls of its window.
        package var calls: Int

        /// One gate, as `GatesPage` has it.
        package init(
            from: String, to: String, state: String, sinceMilliseconds: Int64, failure: Double? = nil, calls: Int = 0
        ) {
            self.from = from
            self.to = to
            self.state = state
            self.sinceMilliseconds = sinceMilliseconds
            self.failure = failure
            self.calls = calls
        }

        private enum CodingKeys: String, CodingKey {
            case from, to, state, failure, calls
            case sinceMilliseconds = "since_ms"
        }
    }
}
