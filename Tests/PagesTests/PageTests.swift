import Chaos
import Testing

@testable import Pages

@Suite struct PageTests {
    private func module(_ name: String, _ text: String) -> PageSource { PageSource(name: name, text: Array(text.utf8)) }
    private let document = Array("<style></style>\n  <script type=\"module\"></script>\n".utf8)

    @Test func theDashboardIsOneDocumentWithinItsBudget() throws {
        let page = try Page.dashboard()
        let text = String(decoding: page.document, as: UTF8.self)
        #expect(page.document.count <= Page.mostBytes, "\(page.document.count) bytes of \(Page.mostBytes)")
        #expect(text.hasPrefix("<!doctype html>"))
        #expect(!text.contains("<style></style>"))
        // Nothing is fetched to show it.
        for word in [" src=", "url(", "@import", "\nimport ", "\nexport "] { #expect(!text.contains(word), "\(word)") }
        // Text never becomes markup.
        for word in ["innerHTML", "outerHTML", "insertAdjacentHTML", "document.write", "eval("] {
            #expect(!text.contains(word), "\(word)")
        }
    }

    @Test func modulesAreSmall() {
        for source in PageSource.all where source.name.hasSuffix(".js") {
            let lines = String(decoding: source.text, as: UTF8.self).split(
                separator: "\n", omittingEmptySubsequences: false)
            #expect(lines.count <= 250, "\(source.name): \(lines.count) lines")
            for (number, line) in lines.enumerated() where line.count > 120 {
                Issue.record("\(source.name):\(number + 1): \(line.count) columns")
            }
        }
    }

    @Test func theFormForFaultsHasTheKindsThatTheAPITakes() throws {
        let source = try #require(PageSource.all.first { $0.name == "faults.js" })
        let lines = String(decoding: source.text, as: UTF8.self).split(separator: "\n")
        let from = try #require(lines.firstIndex { $0.hasPrefix("export const KINDS") })
        let kinds = lines[(from + 1)...].prefix { $0 != "};" }.map {
            $0.filter { $0 != "'" }.drop { $0 == " " }.prefix { $0 != ":" }
        }
        #expect(kinds.map(String.init) == FaultKind.followed.map(\.rawValue))
    }

    @Test func importsCommentsAndTheWordExportAreDropped() throws {
        let joined = try ModuleJoiner.join([
            module("a.js", "// Why.\nexport const a = 1;\nexport async function b() {\n  return 'x = y';\n}\n"),
            module("c.js", "import { a, b }\n  from './a.js';\n\nclass C {}\nconst d = a - -1;\n"),
        ])
        #expect(joined == "const a=1;async function b(){return'x = y'}\nclass C{}\nconst d=a- -1;\n")
    }

    @Test func blanksOfTextsTemplatesAndExpressionsStay() throws {
        let joined = try ModuleJoiner.join([
            module(
                "a.js",
                """
                const a = ['b = c', "it's ( d )", 'e\\' = f'];
                const b = `g = ${
                  a[0] } : h ${ 1 } = i`;
                const c = /j = k/;
                const d = a
                  .map((x) => x + 1);
                const e = `${f ? ` ${ g } = ` : ' ; } '} / 2`;
                const h = i / 2 - (j + +k);
                const l = m.split(/[ /'] = /) in n;
                const o = 1
                const p = 2
                """)
        ])
        #expect(
            joined == """
                const a=['b = c',"it's ( d )",'e\\' = f'];const b=`g = ${a[0]} : h ${1} = i`;const c=/j = k/;const d=a\
                .map((x)=>x+1);const e=`${f?` ${g} = `:' ; } '} / 2`;const h=i/2-(j+ +k);const l=m.split(/[ /'] = /)in n;\
                const o=1
                const p=2

                """)
    }

    @Test func aScriptThatBreaksOffIsTakenAsItIs() throws {
        for text in ["const a = 'b", "const a = `b ${", "const a = `b", "const a = /b[", "const a = 'b\\", "}"] {
            let joined = try ModuleJoiner.join([module("a.js", text)])
            #expect(joined.hasPrefix(text.prefix(5)) && joined.count <= text.count + 2, "\(joined)")
        }
    }

    @Test func aNameOfTwoModulesIsFound() {
        #expect(throws: PageFault.twice(name: "a", modules: ["a.js", "b.js"])) {
            try ModuleJoiner.join([module("a.js", "export const a = 1;"), module("b.js", "function a() {}")])
        }
        // Inside of something it is another scope.
        #expect(throws: Never.self) {
            try ModuleJoiner.join([
                module("a.js", "const a = 1;"), module("b.js", "function b() {\n  const a = 2;\n}"),
            ])
        }
    }

    @Test func anImportOfWhatComesLaterIsFound() {
        #expect(throws: PageFault.order(module: "a.js", imports: "b.js")) {
            try ModuleJoiner.join([
                module("a.js", "import { b } from './b.js';"), module("b.js", "export const b = 1;"),
            ])
        }
    }

    @Test func thePolicyNamesScriptAndStyleByTheirHashes() throws {
        let page = try Page(
            document: document, style: Array("/* all */\na, b {\n  color: red;\n}\n".utf8),
            modules: [module("a.js", "const a = 1;\n")])
        #expect(
            String(decoding: page.document, as: UTF8.self)
                == "<style>a,b{color:red}</style>\n<script type=\"module\">const a=1;\n</script>\n")
        // printf 'const a=1;\n' | openssl sha256 -binary | base64
        #expect(page.policy.contains("script-src 'sha256-4CKL7bI/qqbiA3eoUEnWWeuYZEglQY0uvMXA44SZxnI='"))
        #expect(page.policy.contains("style-src 'sha256-t/aW8jsNaGosIZlhJ9R2e2cZiJa09KSjUUOlRJWJptY='"))
    }

    @Test func whatWouldEndItsElementIsFound() {
        #expect(throws: PageFault.ends(file: "a module")) {
            try Page(document: document, style: [], modules: [module("a.js", "const a = '</script>';")])
        }
        #expect(throws: PageFault.place("<style>")) { try Page(document: [], style: [], modules: []) }
    }
}
