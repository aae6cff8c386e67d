extension PictureStyle {
    /// The styles of a page.
    static let page = """
        *{box-sizing:border-box}
        body{margin:0;background:var(--bg);color:var(--fg);font:14px/1.45 system-ui,"DejaVu Sans",sans-serif}
        header{display:flex;flex-wrap:wrap;gap:8px 24px;align-items:end;justify-content:space-between;padding:16px 24px 8px}
        h1{font-size:20px;margin:0;overflow-wrap:anywhere}header p{margin:2px 0 0;color:var(--muted)}
        h2{font-size:13px;margin:0 0 6px}
        .tools{display:flex;gap:6px;align-items:center}
        input,button{font:inherit;color:inherit;background:var(--panel);border:1px solid var(--grid);border-radius:6px;\
        padding:4px 10px}
        input{width:320px}button{cursor:pointer}#found{min-width:70px;color:var(--muted);font-size:12px}
        button:focus-visible,input:focus-visible,#chart:focus-visible{outline:2px solid #4a90d9;outline-offset:1px}
        main{display:grid;grid-template-columns:minmax(0,1fr) 340px;gap:20px;padding:0 24px 32px;align-items:start}
        #chart{min-width:0;touch-action:pan-y;user-select:none}#chart svg{display:block}
        #strip{position:sticky;top:0;background:var(--bg);z-index:1;cursor:ew-resize}#rows{cursor:grab}
        #rows .row{cursor:pointer}.row .band{fill:transparent}.row:hover .band{fill:var(--panel)}
        .row.on .band{fill:var(--mark)}.row.dim{opacity:.3}.row .edge,.row .bad,.path,.gap{pointer-events:none}
        aside{position:sticky;top:8px;max-height:calc(100vh - 16px);overflow:auto;font-size:13px}
        section{background:var(--panel);border-radius:8px;padding:10px 14px;margin:0 0 10px}
        section p{margin:0 0 8px}section p:last-child{margin:0}.hint,aside th{color:var(--muted);font-weight:400}
        ul,ol{margin:0;padding:0;list-style:none}.legend li{display:flex;gap:8px;align-items:center;margin:2px 0}
        .legend svg{flex:none}ol button{display:block;width:100%;text-align:left;border:0;background:none;padding:3px 0;\
        overflow:hidden;text-overflow:ellipsis;white-space:nowrap}ol button:hover{text-decoration:underline}
        aside table{width:100%;border-collapse:collapse}aside th{text-align:left;padding:1px 8px 1px 0}
        aside td{text-align:right;font-variant-numeric:tabular-nums}
        code{display:block;font:12px/1.4 ui-monospace,"DejaVu Sans Mono",monospace;overflow-wrap:anywhere;\
        white-space:pre-wrap;max-height:12em;overflow:auto;margin:0 0 8px;user-select:text}
        #details button{margin:8px 6px 0 0}.failed{color:var(--fail);font-weight:600}
        #tip{position:fixed;pointer-events:none;max-width:520px;background:var(--bg);border:1px solid var(--edge);\
        border-radius:6px;padding:6px 10px;font-size:12px;white-space:pre-wrap;overflow-wrap:anywhere;z-index:2;\
        box-shadow:0 2px 10px #0004}
        @media(max-width:900px){main{grid-template-columns:minmax(0,1fr)}aside{position:static;max-height:none}}
        @media print{.tools,#tip,.hint{display:none}main{display:block;padding:0 8px}#strip{position:static}
        #chart svg{width:100%;height:auto}aside{position:static;max-height:none;columns:2;margin-top:12px}
        section{break-inside:avoid}.c0,.c1,.c2,.c3,.c4,.hatch{print-color-adjust:exact}}
        """
}
