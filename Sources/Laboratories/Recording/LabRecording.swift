import MeshBase
import Topology

/// Figures of a recorded run, in place of given ones. A run keeps percentiles and no histogram: what lies between them is
/// taken as log-normal.
package struct LabRecording: Sendable, Equatable {
    /// Where it was read, as on the command line.
    package let name: String
    /// Half of the requests took no longer, waits in the mesh and the way there and back among it; nil: nobody says.
    package var p50: TimeAmount?
    /// 99 % of them took no longer.
    package var p99: TimeAmount?
    /// None took longer.
    package var longest: TimeAmount?
    /// Requests a second that were meant to be sent.
    package var rate: Double?
    /// Of the requests that were sent and not shed, those that were not answered as they should be, 0...1.
    package var failures: Double?

    /// - Parameter name: of the file.
    package init(_ name: String) { self.name = name }

    /// Both percentiles, in whole microseconds, as a command can repeat them.
    ///
    /// - Throws: where the run has none, or nothing was answered.
    package func percentiles() throws(LabRefusal) -> (p50: TimeAmount, p99: TimeAmount) {
        guard let p50, let p99 else { throw missing("latency_ms.p50 and latency_ms.p99") }
        let median = max(TimeAmount.microseconds((p50.nanoseconds + 500) / 1_000), .zero)
        guard median > .zero else { throw LabRefusal("\(name): no request was answered, so that there are no times") }
        return (median, max(.microseconds((p99.nanoseconds + 500) / 1_000), median))
    }

    /// Mean and squared coefficient of variation of the log-normal distribution through both percentiles:
    /// p50 e^(sigma^2 / 2) and e^(sigma^2) - 1, with sigma = ln(p99 / p50) / 2.3263.
    ///
    /// - Throws: as `percentiles`.
    package func spread() throws(LabRefusal) -> (mean: TimeAmount, variation: Double) {
        let (p50, p99) = try percentiles()
        let mean = WaitSampler(Work.Wait(p50: p50, p99: p99)).mean
        let ratio = mean.seconds / p50.seconds
        return (
            .microseconds(max((mean.nanoseconds + 500) / 1_000, 1)), ((ratio * ratio - 1) * 1_000).rounded() / 1_000
        )
    }

    /// Requests a second, as a command can repeat it.
    ///
    /// - Throws: where the run does not say.
    package func offered() throws(LabRefusal) -> Double {
        guard let rate, rate > 0 else { throw missing("requests and duration_ms") }
        return (rate * 1_000).rounded() / 1_000
    }

    /// The share of failures while all is well.
    ///
    /// - Parameter most: above it all was not well.
    /// - Throws: where the run does not say, or has more.
    package func baseline(most: Double) throws(LabRefusal) -> Double {
        guard let failures else { throw missing("requests and ok") }
        guard failures <= most else {
            let share = LabCommandLine.written((failures * 10_000).rounded() / 100)
            throw LabRefusal(
                "\(name): \(share) % of its requests failed, and where all is well it is "
                    + "\(LabCommandLine.written(most * 100)) % at most: record a run without faults, or give --baseline"
            )
        }
        return (failures * 1e6).rounded() / 1e6
    }

    private func missing(_ keys: String) -> LabRefusal {
        LabRefusal("\(name) has no \(keys): give the document of 'cellmesh load run -o json'")
    }

    /// What a sheet says of it.
    var lead: String { "Where nothing else was given, figures are those of \(name)." }
}
