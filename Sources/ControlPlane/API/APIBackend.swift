import Evacuation
import MeshBase
import Reports
import Wire

/// What the API serves. Confined to the loop's thread; completions are called there, once, in the call or later.
package protocol APIBackend: AnyObject {
    var isReady: Bool { get }
    /// Why nothing can be changed here; nil where changes are made.
    var refusesChanges: APIFailure? { get }
    func status() -> StatusReport
    func processes() -> ProcessesReport
    /// - Parameter observer: whose view; the control plane's own where nil.
    func members(observer: String?, completion: @escaping (Result<MembersReport, APIFailure>) -> Void)
    func ownMembers() -> MembersReport
    /// The first page of each cell's queue, together.
    func conflicts(completion: @escaping (ConflictsReport) -> Void)
    func impact(completion: @escaping (ImpactReport) -> Void)
    func faults() -> FaultsReport
    /// The answer holds the new fault alone, or those removed.
    func addFault(_ addition: FaultAddition, completion: @escaping (Result<FaultsReport, APIFailure>) -> Void)
    func removeFaults(_ removal: FaultRemoval, completion: @escaping (Result<FaultsReport, APIFailure>) -> Void)
    func events(since: Int64, limit: Int) -> Result<EventsReport, APIFailure>
    func perform(
        _ action: ProcessAction, _ request: ActionRequest,
        completion: @escaping (Result<ActionReport, APIFailure>) -> Void)
    /// Where the evacuation or restore under way, or the last one, stands.
    func evacuation() -> EvacuationStatus
    /// What the last one did that has ended in this life of the control plane; nil where none has.
    func evacuationReport() -> EvacuationReport?
    /// Answers when the deciders have said that it begins, or why it does not.
    func evacuate(
        _ request: EvacuationRequest, completion: @escaping (Result<EvacuationAnswer, APIFailure>) -> Void)
    /// The answer is the status after the change.
    func changeEvacuation(
        _ change: EvacuationChange, completion: @escaping (Result<EvacuationStatus, APIFailure>) -> Void)
    /// The answer holds the customer's pin, which may be on its way still.
    func move(_ request: MoveRequest, completion: @escaping (Result<PinsReport, APIFailure>) -> Void)
    /// - Parameter customer: its pin alone; all of them where nil.
    func pins(of customer: String?) -> PinsReport
    /// The answer holds the customer's pin as long as there is something to move back, else none.
    func unpin(_ customer: String, completion: @escaping (Result<PinsReport, APIFailure>) -> Void)
    /// The settings in force with their proof; nil where none are made here.
    var settingsPage: String? { get }
    /// Answers when every process has said that it has them, and a second later at most.
    func changeSettings(
        _ request: SettingsRequest, completion: @escaping (Result<SettingsReport, APIFailure>) -> Void)
    /// Begins the ordered shutdown.
    func shutDown()
    func metrics() -> String
    /// A page about the control plane's own membership; nil where the path is none.
    func memberPage(_ path: String) -> String?
    /// Answers a ping of the membership that came by stream, authenticated by itself; nil for anything else.
    func answer(stream path: String) -> String?
}

extension APIBackend {
    package var refusesChanges: APIFailure? { nil }
    package var settingsPage: String? { nil }
    package func changeSettings(
        _ request: SettingsRequest, completion: @escaping (Result<SettingsReport, APIFailure>) -> Void
    ) {
        completion(.failure(refusesChanges ?? APIFailure(409, "No settings are made here.")))
    }
}

/// An answer that says no.
package struct APIFailure: Error, Sendable, Equatable {
    package var status: Int
    package var detail: String

    package init(_ status: Int, _ detail: String) {
        self.status = status
        self.detail = detail
    }

    /// Ends a sentence that may have ended with a question.
    static func ended(_ text: String) -> String { text.hasSuffix("?") ? text : text + "." }

    var problem: HTTPProblem { HTTPProblem(status: status, detail: .made(detail)) }
}
