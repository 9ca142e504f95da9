import Evacuation
import Reports

/// What the API changes.
package protocol APIChanges: AnyObject {
    /// What an action would do to the mesh as it is. It changes nothing, and is for those who may.
    func predict(
        _ request: PredictionRequest, completion: @escaping (Result<PredictionReport, APIFailure>) -> Void)
    /// What words leave open is chosen, of the mesh as it is. It changes nothing, and is for those who may.
    func chooseTargets(
        _ request: TargetsRequest, completion: @escaping (Result<TargetsReport, APIFailure>) -> Void)
    /// The answer holds the new fault alone, or those removed.
    func addFault(_ addition: FaultAddition, completion: @escaping (Result<FaultsReport, APIFailure>) -> Void)
    func removeFaults(_ removal: FaultRemoval, completion: @escaping (Result<FaultsReport, APIFailure>) -> Void)
    /// Ends all that was injected and lets nothing in, or lets it in again.
    func halt(_ request: HaltRequest, completion: @escaping (Result<HaltReport, APIFailure>) -> Void)
    /// Lets a monkey loose, or takes it in.
    func changeMonkey(_ change: MonkeyChange, completion: @escaping (Result<MonkeyReport, APIFailure>) -> Void)
    /// Begins a rollout, or says why it does not.
    func beginRollout(_ order: RolloutOrder, completion: @escaping (Result<RolloutReport, APIFailure>) -> Void)
    /// Takes the one under way back.
    func abortRollout(completion: @escaping (Result<RolloutReport, APIFailure>) -> Void)
    /// Begins a drill of this program, or tells the one that runs to end.
    func changeDrill(
        _ change: DrillChange, completion: @escaping (Result<DrillChangeReport, APIFailure>) -> Void)
    /// Sets, or ends, what is run each week.
    func scheduleGameDay(
        _ order: GameDayOrder, completion: @escaping (Result<GameDayScheduleReport, APIFailure>) -> Void)
    func perform(
        _ action: ProcessAction, _ request: ActionRequest,
        completion: @escaping (Result<ActionReport, APIFailure>) -> Void)
    /// Answers when the deciders have said that it begins, or why it does not.
    func evacuate(
        _ request: EvacuationRequest, completion: @escaping (Result<EvacuationAnswer, APIFailure>) -> Void)
    /// The answer is the status after the change.
    func changeEvacuation(
        _ change: EvacuationChange, completion: @escaping (Result<EvacuationStatus, APIFailure>) -> Void)
    /// The answer holds the customer's pin, which may be on its way still.
    func move(_ request: MoveRequest, completion: @escaping (Result<PinsReport, APIFailure>) -> Void)
    /// The answer holds the customer's pin as long as there is something to move back, else none.
    func unpin(_ customer: String, completion: @escaping (Result<PinsReport, APIFailure>) -> Void)
    /// Answers when every process has said that it has them, and a second later at most.
    func changeSettings(
        _ request: SettingsRequest, completion: @escaping (Result<SettingsReport, APIFailure>) -> Void)
    /// The answer is the document of `load start` or `load stop`.
    func changeLoad(_ order: LoadOrder, completion: @escaping (Result<[UInt8], APIFailure>) -> Void)
    /// Begins the ordered shutdown.
    func shutDown()
}
