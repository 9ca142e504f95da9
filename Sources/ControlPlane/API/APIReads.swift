import Evacuation
import Reports
import UVDriver

/// What the API reads.
package protocol APIReads: AnyObject {
    var isReady: Bool { get }
    func status() -> StatusReport
    func processes() -> ProcessesReport
    /// - Parameter observer: whose view; the control plane's own where nil.
    func members(observer: String?, completion: @escaping (Result<MembersReport, APIFailure>) -> Void)
    func ownMembers() -> MembersReport
    /// The first page of each cell's queue, together.
    func conflicts(completion: @escaping (ConflictsReport) -> Void)
    /// The certificates of all processes that are reached, after each was asked for a new one where `renewing`.
    func certificates(renewing: Bool, completion: @escaping (CertificatesReport) -> Void)
    /// What only the host of a cell has: the end of its log, or what its store holds.
    func page(_ page: HostPage, completion: @escaping (Result<HostPageReport, APIFailure>) -> Void)
    func impact(completion: @escaping (ImpactReport) -> Void)
    func faults() -> FaultsReport
    /// Where the evacuation or restore under way, or the last one, stands.
    func evacuation() -> EvacuationStatus
    /// What the last one did that has ended in this life of the control plane; nil where none has.
    func evacuationReport() -> EvacuationReport?
    /// - Parameter customer: its pin alone; all of them where nil.
    func pins(of customer: String?) -> PinsReport
    /// The settings in force with their proof; nil where none are made here.
    var settingsPage: String? { get }
    func metrics() -> String
    /// The monkey and what it has done; nil where none is let loose from here.
    var monkeyReport: MonkeyReport? { get }
    /// The rollout under way, or the last one; nil where none is made from here.
    var rolloutReport: RolloutReport? { get }
    /// The drills of this program, and how each has ended here.
    func drills(completion: @escaping (Result<DrillsReport, APIFailure>) -> Void)
    /// A report as a page; nil where none is kept of this id.
    func reportPage(_ id: String) -> String?
    /// The game day that is run each week; nil where none is run from here.
    var gameDaySchedule: GameDayScheduleReport? { get }
    /// The traces that are kept here; nil where none are.
    var traces: TraceGatherer? { get }
    /// A page about the control plane's own membership; nil where it has none.
    func memberPage(_ wanted: MembersPage.Wanted) -> String?
    /// Answers a ping of the membership that came by stream, authenticated by itself; nil for anything else.
    func answer(ping datagram: [UInt8]) -> String?
}

extension APIReads {
    package var settingsPage: String? { nil }
    package var traces: TraceGatherer? { nil }
    package var monkeyReport: MonkeyReport? { nil }
    package var rolloutReport: RolloutReport? { nil }
    package func drills(completion: @escaping (Result<DrillsReport, APIFailure>) -> Void) {
        completion(.failure(APIFailure(404, "No drill is run from here.")))
    }
    package func page(_ page: HostPage, completion: @escaping (Result<HostPageReport, APIFailure>) -> Void) {
        completion(.failure(APIFailure(404, "Nothing of other hosts is told here.")))
    }
    package func reportPage(_ id: String) -> String? { nil }
    package var gameDaySchedule: GameDayScheduleReport? { nil }
}
