import MeshBase
import Reports
import Telemetry

extension TopModel {
    /// Somebody has pressed a key.
    /// - Parameter rows: rows of the list that the screen has.
    package mutating func take(_ key: Key, rows: Int, now: Instant) -> [TopOrder] {
        if key == .control("l") { return [.redraw] }
        switch page {
        case .question(let question): return answer(key, question, now)
        case .prompt(let prompt): return type(key, prompt, now)
        case .help:
            page = .list
            return []
        case .list, .detail: return press(key, max(rows, 1), now)
        }
    }

    private mutating func press(_ key: Key, _ rows: Int, _ now: Instant) -> [TopOrder] {
        switch key {
        case .escape: return leave()
        case .up, .control("p"): move(by: -1)
        case .down, .control("n"): move(by: 1)
        case .pageUp, .control("b"): move(by: -rows)
        case .pageDown: move(by: rows)
        case .home: move(by: -.max / 2)
        case .end: move(by: .max / 2)
        case .enter: return open(now)
        case .tab: return show(TopView.allCases[(place(of: view) + 1) % TopView.allCases.count])
        case .control("f"): move(by: rows)
        case .character(let character): return press(character, now)
        default: break
        }
        return []
    }

    private func place(of view: TopView) -> Int { TopView.allCases.firstIndex(of: view) ?? 0 }

    private mutating func press(_ character: Character, _ now: Instant) -> [TopOrder] {
        if let view = TopView(number: character) { return show(view) }
        switch character {
        case "q": return [.quit]
        case "?": page = .help
        case "/": page = .prompt(TopPrompt(.filter, filter))
        case ":": page = .prompt(TopPrompt(.command))
        case " ": hold()
        case "+", "=": return change(period: 1)
        case "-": return change(period: -1)
        case "s": nextSort()
        case "j": move(by: 1)
        case "w": if let name = subject { return [.run(["why", name])] }
        case "k": return cell { TopAction(.kill, $0, targets: ["cell/\($0)"]) }(&self, now)
        case "r": return cell { TopAction(.restart, $0, targets: ["cell/\($0)"]) }(&self, now)
        case "p":
            guard let name = subject else { break }
            let isPaused = stateWord(of: name) == .paused
            var options = PredictionRequest.Options()
            if !isPaused { options.lease = TopAction.lease }
            return ask(
                TopAction(
                    isPaused ? .resume : .pause, name, targets: ["cell/\(name)"], options: isPaused ? nil : options),
                now)
        case "e":
            guard let name = subject, let region = region(of: name) else { break }
            return ask(TopAction(.evacuate, region, targets: ["region/\(region)"]), now)
        case "f": return beginFault(now)
        case "!":
            // Who presses it has no time for a question.
            guard !isReadOnly else {
                say("this screen only shows (--read-only)", .warn, now)
                break
            }
            return [.halt(release: newest?.halt != nil)]
        case "o", "c":
            guard view == .breakers, let gate = current else { break }
            var options = PredictionRequest.Options()
            options.value = character == "o" ? "forced-open" : "closed"
            options.lease = TopAction.lease
            return ask(TopAction(.breaker, gate, targets: [gate], options: options), now)
        case "h":
            guard view == .faults, let id = current else { break }
            return ask(TopAction(.heal, id, targets: [id]), now)
        default: if character.isUppercase { sort(by: character) }
        }
        return []
    }

    /// The cell that keys are about.
    package var subject: String? {
        if case .detail(let name) = page { return name }
        guard view == .cells || view == .members else { return nil }
        return current
    }

    private func cell(
        _ make: @escaping (String) -> TopAction
    ) -> (inout TopModel, Instant) -> [TopOrder] {
        { model, now in model.subject.map { model.ask(make($0), now) } ?? [] }
    }

    private mutating func beginFault(_ now: Instant) -> [TopOrder] {
        guard !isReadOnly else {
            say("this screen only shows (--read-only)", .warn, now)
            return []
        }
        page = .prompt(TopPrompt(.fault, "latency cell/\(subject ?? shape?.cells.first ?? "CELL") 100ms for 1m"))
        return []
    }

    // MARK: Lists

    /// The id of the row that keys are about.
    var current: String? {
        let list = TopList(self)
        guard !list.rows.isEmpty else { return nil }
        return list.id(list.rows[list.place(of: selected[view])])
    }

    private mutating func move(by count: Int) {
        let list = TopList(self)
        guard !list.rows.isEmpty else { return }
        let place = list.place(of: selected[view])
        let next = min(max(place.addingReportingOverflow(count).partialValue, 0), list.rows.count - 1)
        selected[view] = list.id(list.rows[next])
    }

    private mutating func leave() -> [TopOrder] {
        if case .detail = page {
            page = .list
            details = [:]
            return [.follow]
        }
        if !filter.isEmpty { filter = "" } else { message = nil }
        return []
    }

    private mutating func show(_ view: TopView) -> [TopOrder] {
        let wasDetail = detailed != nil
        self.view = view
        page = .list
        return wasDetail ? [.follow] : []
    }

    /// The cell whose details the feed is to tell.
    package var detailed: String? { if case .detail(let name) = page { name } else { nil } }

    private mutating func open(_ now: Instant) -> [TopOrder] {
        guard let id = current else { return [] }
        switch view {
        case .cells:
            if case .detail = page { return [] }
            page = .detail(id)
            return [.follow]
        case .customers: return [.run(["route", "explain", id])]
        case .services: return [.run(["policies", "ls"])]
        case .breakers: return [.run(["breaker", "ls", "--gate", id])]
        case .faults: return [.run(["fault", "ls"])]
        case .members: return [.run(["why", id])]
        case .traces: return [.run(["trace", "show", id])]
        }
    }

    private mutating func hold() {
        isHeld.toggle()
        heldState = isHeld ? newest : nil
    }

    private mutating func change(period step: Int) -> [TopOrder] {
        let place = Self.periods.lastIndex { $0 <= period } ?? 0
        period = Self.periods[min(max(place - step, 0), Self.periods.count - 1)]
        return [.follow]
    }

    /// Trouble first, then by each column.
    private mutating func nextSort() {
        let columns = TopList(self).columns.filter(\.isSortable)
        let place = sorts[view].flatMap { sort in columns.firstIndex { $0.title == sort.title } }
        let next = place.map { $0 + 1 } ?? 0
        sorts[view] =
            next < columns.count ? TopSort(title: columns[next].title, isAscending: !columns[next].isRight) : nil
    }

    /// By the column whose title begins so; once more turns it round.
    private mutating func sort(by letter: Character) {
        let columns = TopList(self).columns.filter { $0.isSortable && $0.title.first == letter }
        guard let first = columns.first else { return }
        if let sort = sorts[view], let place = columns.firstIndex(where: { $0.title == sort.title }) {
            let isTurned = sort.isAscending == columns[place].isRight
            let next = isTurned ? columns[(place + 1) % columns.count] : columns[place]
            sorts[view] = TopSort(title: next.title, isAscending: isTurned ? !next.isRight : next.isRight)
        } else {
            sorts[view] = TopSort(title: first.title, isAscending: !first.isRight)
        }
    }

    // MARK: Lines that are typed

    private mutating func type(_ key: Key, _ prompt: TopPrompt, _ now: Instant) -> [TopOrder] {
        var prompt = prompt
        prompt.problem = nil
        switch key {
        case .escape:
            if prompt.kind == .filter { filter = "" }
            page = .list
            return []
        case .enter: return enter(prompt, now)
        case .backspace:
            if prompt.text.isEmpty {
                page = .list
                return []
            }
            prompt.text.removeLast()
        case .control("u"): prompt.text = ""
        case .character(let character) where prompt.text.count < 500: prompt.text.append(character)
        default: break
        }
        if prompt.kind == .filter { filter = prompt.text }
        page = .prompt(prompt)
        return []
    }

    private mutating func enter(_ prompt: TopPrompt, _ now: Instant) -> [TopOrder] {
        switch prompt.kind {
        case .filter:
            page = .list
            return []
        case .fault:
            switch FaultText.action(prompt.text) {
            case .success(let action):
                page = .list
                return ask(action, now)
            case .failure(let failure):
                var prompt = prompt
                prompt.problem = failure.detail
                page = .prompt(prompt)
                return []
            }
        case .command:
            page = .list
            var words = Self.words(prompt.text)
            if words.first == "cellmesh" { words.removeFirst() }
            guard let first = words.first else { return [] }
            if words.count == 1, let view = TopView(rawValue: first) { return show(view) }
            if words == ["q"] || words == ["quit"] { return [.quit] }
            if isReadOnly, !Self.readers.contains(first) {
                say("this screen only shows (--read-only): '\(first)' may change the mesh", .warn, now)
                return []
            }
            return [.run(words)]
        }
    }

    /// Commands that change nothing in any form.
    private static let readers: Set<String> = [
        "blast-radius", "events", "logs", "ls", "members", "policies", "ps", "route", "status", "trace", "version",
        "why",
        "help", "lab", "sim", "validate",
    ]

    /// Words between spaces; quotes hold several together.
    static func words(_ text: String) -> [String] {
        var words: [String] = []
        var word: String?
        var quote: Character?
        for character in text {
            if let open = quote {
                if character == open { quote = nil } else { word = (word ?? "") + String(character) }
            } else if character == "'" || character == "\"" {
                quote = character
                word = word ?? ""
            } else if character == " " {
                if let whole = word { words.append(whole) }
                word = nil
            } else {
                word = (word ?? "") + String(character)
            }
        }
        if let whole = word { words.append(whole) }
        return words
    }
}
