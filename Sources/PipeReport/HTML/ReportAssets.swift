/// The one style and the one script of the report, with the hashes by which its policy admits them.
///
/// Whoever changes one of them changes its hash: ReportPageTests says what it is then.
enum ReportAssets {
  static let styleHash: Markup = "sha256-8xJoxJIRC0HqCqk5nCQ6X8NVCmL/VTAtf2yTj7rGo/s="
  static let scriptHash: Markup = "sha256-RUsnzOA8sO0Mj9kqSvIXewE+jfpHhcmNIPJ+/aTgMrA="

  /// System colours, so that light and dark follow the reader; one accent, and colours that mean something: well, not well,
  /// with care. They go with a word each.
  static let style: Markup = """
    :root{color-scheme:light dark;--line:color-mix(in srgb,CanvasText 15%,Canvas);--soft:color-mix(in srgb,CanvasText 72%,Canvas);--wash:color-mix(in srgb,CanvasText 5%,Canvas)}
    *{box-sizing:border-box}
    body{margin:0 auto;max-width:66rem;padding:2rem 1rem 4rem;font:15px/1.5 system-ui,-apple-system,"Segoe UI",Roboto,sans-serif;font-variant-numeric:tabular-nums;overflow-wrap:anywhere;background:Canvas;color:CanvasText}
    h1{font-size:1.7rem;line-height:1.2;margin:0 0 .2rem}
    h2{font-size:1.15rem;margin:2.6rem 0 .6rem}
    h3{font-size:1rem;margin:0 0 .4rem}
    p{margin:.4rem 0}
    a{color:LinkText}
    .soft,caption,summary,footer,dt{color:var(--soft)}
    .outcome{font-size:1.1rem;font-weight:600;margin:1rem 0;padding:.7rem 1rem;border-left:5px solid #858b94;background:var(--wash);border-radius:0 6px 6px 0}
    .good{border-color:#2e8b57}.bad{border-color:#b53345}.care{border-color:#c9781b}
    .outcome p{font-size:.95rem;font-weight:400;margin:.3rem 0 0}
    dl.figures{display:grid;grid-template-columns:repeat(auto-fill,minmax(8.2rem,1fr));gap:.6rem;margin:1.2rem 0}
    dl.figures div{border:1px solid var(--line);border-radius:6px;padding:.5rem .7rem}
    dt{font-size:.85rem}
    dd{margin:0;font-size:1.25rem;font-weight:600}
    dd small{font-size:.8rem;font-weight:400;color:var(--soft);display:block}
    .wide{overflow-x:auto}
    .half{max-width:31rem;margin-bottom:1rem}
    .signs{list-style:none;padding:0}.signs>li{margin:.5rem 0}
    .yes{color:#2e8b57}.no{color:#b53345}
    table{border-collapse:collapse;min-width:min(100%,34rem);font-size:.92rem}
    table.tool{width:100%}
    caption{text-align:left;padding:.2rem 0;font-size:.85rem}
    th,td{text-align:left;vertical-align:top;padding:.3rem 1.2rem .3rem 0;border-bottom:1px solid var(--line);font-weight:400}
    thead th{font-size:.85rem;color:var(--soft);vertical-align:bottom}
    .n{text-align:right;white-space:nowrap}
    th:last-child,td:last-child{padding-right:0}
    tbody th{min-width:9rem}
    td small,th small{display:block;color:var(--soft)}
    code{font:13px/1.4 ui-monospace,SFMono-Regular,Menlo,monospace;background:var(--wash);border-radius:4px;padding:.15rem .35rem}
    ul{padding-left:1.2rem;margin:.4rem 0}
    .charts{display:grid;grid-template-columns:repeat(auto-fit,minmax(min(100%,24rem),1fr));gap:2rem 2.5rem}
    figure{margin:0;min-width:0}
    figure>svg{width:100%;height:auto;display:block}
    .legend{list-style:none;padding:0;display:flex;flex-wrap:wrap;gap:.2rem 1rem;font-size:.88rem}
    .legend svg{margin-right:.2rem}
    details{margin:.5rem 0}
    summary{cursor:pointer;font-size:.88rem}
    .aside{position:absolute;width:1px;height:1px;overflow:hidden;clip-path:inset(50%)}
    input{font:inherit;padding:.3rem .5rem;margin:.3rem 0;width:min(100%,20rem);color:inherit;background:Canvas;border:1px solid var(--soft);border-radius:4px}
    button{font:inherit;color:inherit;background:none;border:0;padding:0;cursor:pointer;text-align:inherit}
    button.copy{font-size:.82rem;border:1px solid var(--soft);border-radius:4px;padding:0 .4rem;margin-left:.5rem}
    th button:after{content:" \\2195";opacity:.6}
    th[aria-sort=ascending] button:after{content:" \\2191";opacity:1}
    th[aria-sort=descending] button:after{content:" \\2193";opacity:1}
    :focus-visible{outline:2px solid #3b7dd8;outline-offset:2px}
    footer{margin-top:3rem;border-top:1px solid var(--line);padding-top:.6rem;font-size:.85rem}
    @media print{body{max-width:none;padding:0;font-size:11px}.wide{overflow:visible}section,figure,tr{break-inside:avoid}input,button.copy,th button:after{display:none}details::details-content{content-visibility:visible;block-size:auto}}
    """

  /// Filters and sorts the tables that are long, and copies commands. The page is whole without it.
  static let script: Markup = """
    (()=>{"use strict";
    const units={"µs":1e-6,ms:1e-3,s:1,min:60,h:3600,d:86400,B:1,kB:1e3,MB:1e6,GB:1e9,TB:1e12,PB:1e15};
    const value=cell=>{const m=/^-?[\\d.,]+/.exec(cell.textContent.trim());
    if(!m)return -1;const rest=cell.textContent.trim().slice(m[0].length).trim().split(" ")[0];
    return parseFloat(m[0].replace(/,/g,""))*(units[rest]||1)};
    for(const table of document.querySelectorAll("table.tool")){
    const body=table.tBodies[0],heads=[...table.tHead.rows[0].cells];
    heads.forEach((head,index)=>{
    const button=document.createElement("button");button.type="button";button.textContent=head.textContent;
    head.replaceChildren(button);
    button.addEventListener("click",()=>{
    const isUp=head.getAttribute("aria-sort")==="descending"||!head.classList.contains("n")&&!head.hasAttribute("aria-sort");
    heads.forEach(other=>other.removeAttribute("aria-sort"));
    head.setAttribute("aria-sort",isUp?"ascending":"descending");
    const sign=isUp?1:-1,isNumber=head.classList.contains("n");
    body.append(...[...body.rows].sort((a,b)=>{const x=a.cells[index],y=b.cells[index];
    return sign*(isNumber?value(x)-value(y):x.textContent.localeCompare(y.textContent))}))})});
    if(body.rows.length<8)continue;
    const field=document.createElement("input");field.type="search";field.placeholder="Filter";
    field.setAttribute("aria-label","Filter: "+table.caption.textContent);
    field.addEventListener("input",()=>{const words=field.value.toLowerCase().split(/\\s+/);
    for(const row of body.rows){const text=row.textContent.toLowerCase();row.hidden=!words.every(word=>text.includes(word))}});
    table.parentElement.before(field)}
    if(navigator.clipboard)for(const code of document.querySelectorAll("code.command")){
    const button=document.createElement("button");button.type="button";button.className="copy";button.textContent="Copy";
    button.addEventListener("click",()=>{navigator.clipboard.writeText(code.textContent).then(()=>{button.textContent="Copied"},()=>{})});
    code.after(button)}
    })();
    """
}
