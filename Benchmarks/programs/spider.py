"""Scrapy over a list of URLs. Usage: scrapy runspider spider.py -a urls=FILE -a work=title -O out.csv"""

import scrapy


class PageSpider(scrapy.Spider):
    name = "pages"
    handle_httpstatus_all = True

    async def start(self):
        with open(self.urls) as file:
            for line in file:
                yield scrapy.Request(line.strip())

    def parse(self, response):
        if self.work == "items":
            for product in response.css(".product"):
                yield {
                    "url": response.url, "id": product.attrib["data-id"], "name": product.css(".name a::text").get(),
                    "href": product.css(".name a::attr(href)").get(),
                    "price": float(product.css(".price b::text").get()), "stock": product.css(".stock::text").get(),
                    "rating": product.css(".stars::attr(data-stars)").get(),
                }
            return
        row = {"url": response.url, "status": response.status}
        if self.work == "css":
            row["heading"] = response.css("h1::text").get()
            row["author"] = response.css(".byline .author::text").get()
            row["section"] = response.css(".byline .section::text").get()
        else:
            row["title"] = response.css("title::text").get()
            row["length"] = len(response.body)
        if self.work == "links":
            row["links"] = " ".join(response.urljoin(href) for href in response.css("a::attr(href)").getall())
        yield row
