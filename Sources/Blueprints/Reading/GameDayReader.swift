import Drills
import MeshBase
import Scenarios

/// Reads a game day, and the scenarios that it names.
struct GameDayReader {
    let reporter: Reporter
    /// The path of the file, from whose folder paths start.
    let path: String
    let collector: ProblemCollector
    let loader: FileLoader
    private var read: ValueReading { ValueReading(reporter: reporter) }

    /// - Parameter name: what it is called where it is run.
    /// - Returns: nil where something essential could not be read; what is wrong was reported.
    func gameDay(_ root: YAMLValue, name: String) -> GameDay? {
        guard let map = read.mapping(root, "a game day") else { return nil }
        let title = map.required("title").flatMap { read.text($0, "'title'") }
        var day = GameDay(name: name, title: title ?? "", drills: [])
        day.about = map.value("description").flatMap { read.text($0, "'description'") } ?? ""
        if let drills = map.required("drills") {
            let words = read.list(drills, "'drills'", most: GameDay.most) ?? []
            if words.isEmpty, case .list = drills.content {
                reporter.error(
                    .tooFew, at: drills.position, "'drills' names none", hint: "such as [kill-cell, zone-outage]")
            }
            day.drills = words.compactMap(drill)
        }
        day.announce = map.duration("announce", TimeAmount.zero...TimeAmount.hours(24), default: day.announce)
        day.coolDown = map.duration("cool-down", Ranges.watch, default: day.coolDown)
        for value in map.list("stop-on", most: DrillOutcome.allCases.count) ?? [] {
            if let outcome = read.word(value, "an outcome of 'stop-on'", DrillOutcome.self) {
                day.stopOn.insert(outcome)
            }
        }
        let scenarios = ScenarioReader(reporter: reporter)
        day.schedule = (map.list("schedule", most: Scenario.most) ?? []).compactMap(scenarios.window)
        map.finish()
        return title == nil || day.drills.isEmpty ? nil : day
    }

    /// The name of a drill of this program, or a path from the folder of this file.
    private func drill(_ value: YAMLValue) -> GameDay.Part? {
        guard let word = read.text(value, "a drill") else { return nil }
        if let scenario = BuiltInScenarios.named(word), let text = BuiltInScenarios.text(of: word) {
            return GameDay.Part(scenario, text: text, word: word)
        }
        guard word.contains("/") || word.hasSuffix(".yaml") || word.hasSuffix(".yml") else {
            reporter.error(
                .unknownWord, at: value.position, "there is no drill '\(YAMLValue.clipped(word))'",
                hint: NearestWord.hint(for: word, among: BuiltInScenarios.words, listing: "drills are"))
            return nil
        }
        return file(word, at: value.position)
    }

    private func file(_ word: String, at position: Position) -> GameDay.Part? {
        let file = FilePath.joined(word, besides: path)
        switch loader(file) {
        case .failure(let failure):
            reporter.error(
                failure.code, at: position, "the scenario \(FilePath.shown(file)): \(failure.message)",
                hint: failure.code == .fileMissing ? "the path starts at the folder of this file" : nil)
            return nil
        case .success(let text):
            let shown = FilePath.shown(file)
            guard text.utf8.count <= TextFile.longest else {
                reporter.error(.fileTooLarge, at: position, "the scenario \(shown) is larger than 1 MiB")
                return nil
            }
            collector.add(SourceText(name: shown, text: text))
            let inner = Reporter(file: shown, collector: collector)
            guard let root = YAMLDocument.parse(text, reporter: inner) else { return nil }
            if let kind = MeshFiles.Kind(of: root), kind != .scenario {
                inner.report(kind, insteadOf: .scenario)
                return nil
            }
            return ScenarioReader(reporter: inner).scenario(root, name: MeshFiles.scenarioName(of: file))
                .map { GameDay.Part($0, text: text, word: shown) }
        }
    }
}
