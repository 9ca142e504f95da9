import Testing

@testable import Telemetry

@Suite struct TableWriterTests {
    private let columns: [TableWriter.Column] = [
        .init("NAME"), .init("PID", .right), .init("ADDRESS", wide: true), .init("STATE"),
    ]

    @Test func columnsAreAligned() {
        var table = TableWriter(columns)
        table.add(["eu-1", .init(7), "127.0.0.1:1", .init("serving", .green)])
        table.add(["us-west-1", .init(12345), "127.0.0.1:2", .init("down", .red)])
        #expect(
            table.render() == """
                NAME         PID  STATE
                eu-1           7  serving
                us-west-1  12345  down

                """)
        #expect(table.count == 2)
    }

    @Test func wideShowsAllColumns() {
        var table = TableWriter(columns, wide: true)
        table.add(["eu-1", .init(7), "127.0.0.1:1", "serving"])
        #expect(
            table.render() == """
                NAME  PID  ADDRESS      STATE
                eu-1    7  127.0.0.1:1  serving

                """)
    }

    @Test func coloursDoNotCountAsWidth() {
        var table = TableWriter([.init("A"), .init("B")], colors: true)
        table.add([.init("x", .red), .init("y", .plain)])
        table.add(["long", "z"])
        #expect(
            PaintedText.sealed(table.render(), colors: true)
                == "\u{1B}[1mA\u{1B}[0m     \u{1B}[1mB\u{1B}[0m\n\u{1B}[31mx\u{1B}[0m     y\nlong  z\n")
    }

    @Test func titlesOfSeveralWordsGiveWayFirst() {
        var table = TableWriter([.init("NAME"), .init("OF THOSE SEEN", .right), .init("X", .right)], limit: 17)
        table.add(["lost", "142", "1"])
        #expect(
            table.render() == """
                NAME  OF THOSE  X
                          SEEN
                lost       142  1

                """)
    }

    @Test func longTextsGoOnBelowAndNumbersStayWhole() {
        var table = TableWriter([.init("TIME"), .init("DETAILS"), .init("COUNT", .right)], limit: 34)
        table.add(["12:00", "role=cell pid=11277 reason=killed", "1234567890"])
        #expect(
            table.render() == """
                TIME   DETAILS               COUNT
                12:00  role=cell        1234567890
                       pid=11277
                       reason=killed

                """)
        // Where nothing may give way, lines are as long as they must be.
        var narrow = TableWriter([.init("A", .right)], limit: 4)
        narrow.add(["1234567890"])
        #expect(narrow.render() == "         A\n1234567890\n")
    }

    @Test func aTableInPartsKeepsItsColumns() {
        var widths: [Int] = []
        var first = TableWriter([.init("ID"), .init("WHAT")])
        first.add(["us-east-1", "dead"])
        #expect(first.render(widths: &widths, header: true) == "ID         WHAT\nus-east-1  dead\n")
        var second = TableWriter([.init("ID"), .init("WHAT")])
        second.add(["r1", "dead"])
        #expect(second.render(widths: &widths, header: false) == "r1         dead\n")
    }

    @Test func shortRowsAndEmptyCellsLeaveNoSpacesAtTheEnd() {
        var table = TableWriter([.init("A"), .init("B"), .init("C", .right)])
        table.add(["1"])
        table.add(["", "2", ""])
        table.add(["1", "2", "3", "surplus"])
        #expect(table.render() == "A  B  C\n1\n   2\n1  2  3\n")
        #expect(TableWriter([.init("A")]).render() == "A\n")
    }

    @Test func wideCharactersFillTwoColumns() {
        var table = TableWriter([.init("A"), .init("B")])
        table.add(["日本", "x"])
        table.add(["café", "y"])
        #expect(table.render() == "A     B\n日本  x\ncafé  y\n")
    }

    @Test func controlCharactersCannotReachTheTerminal() {
        var table = TableWriter([.init("A")])
        table.add(["\u{1B}[2Jevil\n\u{202E}"])
        #expect(table.render() == "A\n\u{FFFD}[2Jevil\u{FFFD}\u{FFFD}\n")
    }
}
